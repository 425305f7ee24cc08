"""A product with its stock in its row, and the four rows of an order."""

from django.db import models


class Product(models.Model):
    name = models.CharField(max_length=200)
    slug = models.CharField(max_length=200)
    summary = models.CharField(max_length=200)
    image = models.CharField(max_length=200)
    price = models.PositiveIntegerField()
    stock = models.PositiveIntegerField()

    def __str__(self) -> str:
        return self.name


class Order(models.Model):
    email = models.CharField(max_length=200)
    total = models.PositiveIntegerField()
    placed_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"order {self.pk}"


class OrderLine(models.Model):
    order = models.ForeignKey(Order, models.PROTECT)
    product = models.ForeignKey(Product, models.PROTECT)
    quantity = models.PositiveIntegerField()
    price = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.quantity} of product {self.product_id}"


class Movement(models.Model):
    product = models.ForeignKey(Product, models.PROTECT)
    order = models.ForeignKey(Order, models.PROTECT)
    change = models.IntegerField()

    def __str__(self) -> str:
        return f"{self.change} of product {self.product_id}"


class Paid(models.Model):
    order = models.ForeignKey(Order, models.PROTECT)
    amount = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.amount} for order {self.order_id}"
