from django.db import migrations, models
from django.db.models import Exists, OuterRef, Value
from django.db.models.functions import Concat


def tell_from_the_timeline(apps, schema_editor):
    """What was cancelled because nobody came in time says so in its timeline alone."""
    said = apps.get_model("orders", "OrderEvent").objects.filter(
        key=Concat(Value("not collected "), OuterRef("number"))
    )
    cancelled = apps.get_model("orders", "Order").objects.filter(
        state="cancelled", collect_until__isnull=False
    )
    cancelled.filter(Exists(said)).update(was_not_collected=True)


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0018_collection"),
    ]

    operations = [
        migrations.AddField(
            model_name="order",
            name="was_not_collected",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="Whether it is cancelled because nobody came in time.",
            ),
        ),
        migrations.RunPython(tell_from_the_timeline, migrations.RunPython.noop),
    ]
