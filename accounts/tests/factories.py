import factory

from accounts.models import Address, User


class UserFactory(factory.django.DjangoModelFactory):
    """A customer; give `password` to sign in with it, else there is none."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda number: f"customer{number}@example.com")
    full_name = "Robin Example"

    @classmethod
    def _create(cls, model_class, *args, password=None, **kwargs):
        return model_class.objects.create_user(password=password, **kwargs)


class StaffFactory(UserFactory):
    email = factory.Sequence(lambda number: f"staff{number}@example.com")
    is_staff = True


class AddressFactory(factory.django.DjangoModelFactory):
    """One of a customer's addresses, in Berlin; no default."""

    class Meta:
        model = Address

    customer = factory.SubFactory(UserFactory)
    name = "Robin Example"
    street = factory.Sequence(lambda number: f"Lindenweg {number + 1}")
    postcode = "10117"
    city = "Berlin"
    country = "DE"
