from django.urls import path

from returns import views

app_name = "returns"
urlpatterns = [
    path("returns/<str:number>/", views.detail, name="detail"),
    path("orders/g/<str:token>/returns/<str:number>/", views.guest_detail, name="guest_detail"),
]
