from django.contrib.auth.decorators import login_required
from django.urls import path

from returns import views, views_photos
from returns.uploads import takes_photos
from returns.views_new import NewView
from returns.visitors import guests

app_name = "returns"
_GUEST = "orders/g/<str:token>/returns"
urlpatterns = [
    path("returns/", views.index, name="index"),
    path("returns/new/<str:number>/", takes_photos(login_required(NewView.as_view())), name="new"),
    path("returns/<str:number>/", login_required(views.detail), name="detail"),
    path("returns/<str:number>/cancel/", login_required(views.cancel), name="cancel"),
    path("returns/<str:number>/sent/", login_required(views.sent), name="sent"),
    path("returns/<str:number>/message/", login_required(views.message), name="message"),
    path("returns/<str:number>/slip.pdf", login_required(views.slip), name="slip"),
    path(f"{_GUEST}/new/", takes_photos(guests(NewView.as_view())), name="guest_new"),
    path(f"{_GUEST}/<str:number>/", guests(views.guest_detail), name="guest_detail"),
    path(f"{_GUEST}/<str:number>/cancel/", guests(views.cancel), name="guest_cancel"),
    path(f"{_GUEST}/<str:number>/sent/", guests(views.sent), name="guest_sent"),
    path(f"{_GUEST}/<str:number>/message/", guests(views.message), name="guest_message"),
    path(f"{_GUEST}/<str:number>/slip.pdf", guests(views.slip), name="guest_slip"),
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
