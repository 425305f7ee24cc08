from django.urls import path

from orders import views, views_costs, views_own, views_reviews
from orders.invoices import views as invoices

app_name = "orders"
urlpatterns = [
    path("cart/", views.cart, name="cart"),
    path("cart/mini/", views.cart_mini, name="cart_mini"),
    path("cart/add/", views.cart_add, name="cart_add"),
    path("cart/costs/", views_costs.costs, name="cart_costs"),
    path("cart/update/", views.cart_update, name="cart_update"),
    path("cart/voucher/", views.cart_voucher, name="cart_voucher"),
    path("orders/", views_own.history, name="history"),
    path("orders/claim/", views_own.claim, name="claim"),
    path("orders/find/", views.find, name="find"),
    path("orders/g/<str:token>/", views.guest_detail, name="guest_detail"),
    path("orders/g/<str:token>/invoice/", invoices.guest_invoice, name="guest_invoice"),
    path("orders/g/<str:token>/invoice.pdf", invoices.guest_invoice_pdf, name="guest_invoice_pdf"),
    path(
        "orders/g/<str:token>/invoice/<str:document>.pdf",
        invoices.guest_invoice_pdf,
        name="guest_credit_note_pdf",
    ),
    path("orders/g/<str:token>/invoice/<str:document>/", invoices.guest_invoice, name="guest_credit_note"),
    path("orders/<str:number>/invoice/", invoices.invoice, name="invoice"),
    path("orders/<str:number>/invoice.pdf", invoices.invoice_pdf, name="invoice_pdf"),
    path("orders/<str:number>/invoice/<str:document>.pdf", invoices.invoice_pdf, name="credit_note_pdf"),
    path("orders/<str:number>/invoice/<str:document>/", invoices.invoice, name="credit_note"),
    path("orders/g/<str:token>/again/", views_own.guest_again, name="guest_again"),
    path("orders/<str:number>/", views.detail, name="detail"),
    path("orders/<str:number>/again/", views_own.again, name="again"),
    path("products/<slug:slug>/review/", views_reviews.review, name="review"),
    path("products/<slug:slug>/review/delete/", views_reviews.review_delete, name="review_delete"),
]
