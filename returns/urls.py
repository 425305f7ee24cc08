from django.urls import path

from returns import views, views_photos

app_name = "returns"
urlpatterns = [
    path("returns/<str:number>/", views.detail, name="detail"),
    path("orders/g/<str:token>/returns/<str:number>/", views.guest_detail, name="guest_detail"),
    # Photos
    path("returns/photos/<str:name>/", views_photos.photo, name="photo"),
    path("returns/photos/<str:name>/small/", views_photos.photo_small, name="photo_small"),
    path("returns/photos/<str:name>/remove/", views_photos.photo_remove, name="photo_remove"),
    path("returns/<str:number>/photos/", views_photos.photos_add, name="photos_add"),
    path("orders/g/<str:token>/returns/photos/<str:name>/", views_photos.guest_photo, name="guest_photo"),
    path(
        "orders/g/<str:token>/returns/photos/<str:name>/small/",
        views_photos.guest_photo_small,
        name="guest_photo_small",
    ),
    path(
        "orders/g/<str:token>/returns/photos/<str:name>/remove/",
        views_photos.guest_photo_remove,
        name="guest_photo_remove",
    ),
    path(
        "orders/g/<str:token>/returns/<str:number>/photos/",
        views_photos.guest_photos_add,
        name="guest_photos_add",
    ),
]
