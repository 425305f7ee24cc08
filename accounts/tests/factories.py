import factory

from accounts.models import User


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
