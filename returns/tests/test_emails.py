"""What a customer reads at each step of a return, and what staff are told; each once."""

import pytest
from django.core import mail
from django.utils.formats import date_format

from accounts.models import User
from config.tests.helpers import run_tasks
from returns import emails, services
from returns.tasks import send_return_mail

pytestmark = pytest.mark.any_database


@pytest.fixture
def letters(sold, settings):
    """The mails that leave after the order's own, in the order in which they do."""
    settings.RETURN_ADDRESS = ["Tally Returns", "Back Lane 7", "10115 Berlin"]
    settings.CONTACT_EMAIL = "desk@example.org"
    mail.outbox.clear()

    def left() -> list[tuple[str, str]]:
        run_tasks()
        found = [(message.to[0], " ".join(message.body.split())) for message in mail.outbox]
        mail.outbox.clear()
        return found

    return left


def only(found: list[tuple[str, str]]) -> str:
    ((_, text),) = found
    return text


def test_who_asks_is_told_what_to_expect_and_staff_that_somebody_waits(sold, letters):
    row = sold.ask(2, words="Too blue for me.")

    told = dict(letters())

    assert set(told) == {sold.order.email, "desk@example.org"}
    theirs, ours = told[sold.order.email], told["desk@example.org"]
    assert (
        f"We have got your return This is return {row.number}, from your order {sold.order.number}." in theirs
    )
    assert "within 2 days" in theirs
    assert "If all of it comes back in order, €44.88 go back to you." in theirs
    assert "send nothing before we have written" in theirs
    assert "2 x " in ours
    assert "I have changed my mind Too blue for me." in ours
    assert f"/admin/returns/returnrequest/{row.pk}/change/" in ours


def test_an_answer_to_staffs_mail_goes_to_the_customer(sold, letters):
    sold.ask()

    run_tasks()

    (ours,) = [message for message in mail.outbox if message.to == ["desk@example.org"]]
    assert ours.reply_to == [sold.order.email]


def test_an_authorised_return_is_told_where_to_by_when_and_what_happens_then(sold, letters):
    row = sold.ask(2)
    letters()

    row = services.authorise(row, pieces={1: 1}, note="Please wrap it well.")

    text = only(letters())
    assert "take back a part. Please send only what is listed here." in text
    assert "Please wrap it well. 1 x " in text
    assert f"Send it to: Tally Returns Back Lane 7 10115 Berlin Return {row.number}" in text
    assert f"It has to be here by {date_format(row.expires_on)}." in text
    assert (
        f"Print the slip: http://testserver/orders/g/{sold.order.token}/returns/{row.number}/slip.pdf" in text
    )
    assert "how much goes back and which way" in text


def test_without_an_address_for_returns_the_shops_own_is_named(sold, letters, settings):
    settings.RETURN_ADDRESS, settings.SHOP_ADDRESS = [], ["1 Street", "City"]
    row = sold.ask()
    letters()

    services.authorise(row)

    assert "Send it to: Tally 1 Street City Return" in only(letters())


def test_a_rejection_names_its_reason_and_not_a_later_message(sold, letters):
    row = sold.ask()
    letters()

    services.reject(row, reason="It was worn.")
    services.write_message(row, "We are sorry.", key="sorry", is_from_staff=True)

    rejected, message = [text for _, text in letters()]
    assert "We do not take it back, because: It was worn." in rejected
    assert "We are sorry." not in rejected
    assert "We are sorry." in message


def test_a_question_is_asked_and_its_answer_is_told_to_staff(sold, letters):
    row = sold.ask()
    letters()

    services.ask_for_information(row, "Which seam?", key="q1")
    question = only(letters())
    services.write_message(row, "The left one.", key="a1")
    answer = letters()

    assert "we would like to know: Which seam?" in question
    ((to, text),) = answer
    assert to == "desk@example.org"
    assert "The left one." in text


def test_a_question_that_was_answered_before_its_mail_left_is_not_mailed(sold, letters):
    row = sold.ask()
    letters()

    services.ask_for_information(row, "Which seam?", key="q1")
    services.write_message(row, "The left one.", key="a1")

    assert {to for to, _ in letters()} == {"desk@example.org"}


def test_who_hands_goods_over_the_counter_is_not_told_where_to_send_them(sold, letters):
    wish = services.Wish(1, 1, "changed_mind")
    clerk = User.objects.create_user("clerk@example.org")

    services.take_over_the_counter(sold.order, [wish], key="counter", by=clerk)

    assert "This has come of return" in only(letters())


def test_what_has_come_is_counted_and_what_is_still_to_come(sold, letters):
    row = services.authorise(sold.ask(2))
    letters()

    services.receive(row, {1: 1}, key="1")

    assert "1 piece has not come yet." in only(letters())


def test_a_settled_return_tells_how_much_goes_which_way_less_what_and_why(sold, letters, settings, damaged):
    settings.RETURN_FEE = 150
    row = services.authorise(sold.ask(2))
    services.receive(row, {1: 2}, key="1")
    services.inspect(row, {1: services.Found(damaged=1, refused=1)})
    letters()

    services.resolve(row, lines={1: 1500}, reductions={1: "Scratched: 4.99 less"}, parts={"card": 1350})

    text = next(text for _, text in letters() if "settled" in text)
    assert f"For return {row.number} from your order {sold.order.number} you get €13.50 back." in text
    assert ": €15.00 Scratched: 4.99 less 1 x " in text
    assert "is not taken back Our fee for the return: -€1.50 You get back: €13.50" in text
    assert "€13.50 go back to the card that you paid with." in text
    assert "Write to us on the page of your return if you want it sent." in text


def test_a_settled_exchange_tells_what_comes_instead(sold, letters):
    row = sold.inspected(1, kind="exchange", exchange_for=sold.till.mug)
    letters()

    services.resolve(row)

    text = only(letters())
    assert "Instead you get: 1 x " in text
    assert "in exchange for" in text
    assert "when the parcel leaves our house" in text


def test_a_return_that_is_called_off_names_its_goods(sold, letters):
    row = sold.ask(2)
    letters()

    services.cancel(row)

    text = only(letters())
    assert "is called off. 2 x " in text
    assert "do not send it any more" in text


def test_each_mail_leaves_once_however_often_its_task_runs(sold, letters):
    row = sold.ask()
    letters()

    for _ in range(2):
        send_return_mail.enqueue(row.pk, "asked")

    assert letters() == []
    noted = row.events.get(key=f"{row.number} mailed asked")
    assert (noted.said, noted.is_public) == ("Mail sent: We have got your return", False)


def test_a_mail_that_is_sent_again_after_a_crash_is_known_by_its_id(sold, letters):
    row = sold.ask()

    ids = []
    for _ in range(2):
        emails.tell_staff(row.pk)
        ids.append(mail.outbox[-1].extra_headers["Message-ID"])

    assert ids[0] == ids[1]


def test_the_mail_speaks_the_language_of_the_order(sold, letters):
    sold.order.__class__.objects.update(language="de")
    sold.ask()

    texts = dict(letters())

    assert "Wir haben Ihre Rücksendung notiert" in texts[sold.order.email]
    assert "A return is asked for" not in texts[sold.order.email]
