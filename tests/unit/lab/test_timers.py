"""The table of timers counts what timers did, and nothing else."""

from datetime import UTC, datetime, timedelta

from licet.agent.tables import Authorization, Registration
from licet.kernel.time import DAY, HOUR, MINUTE
from licet.lab.timers import Seen, observe, print_length, print_timers
from licet.world.journal import Attempt, Journal, Standing

START = datetime(2022, 6, 22, tzinfo=UTC)
A, R = Authorization, Registration


class Story:
    """A journal that is written by hand."""

    def __init__(self) -> None:
        self.journal = Journal()

    def say(
        self,
        kind: str,
        at: timedelta,
        outcome: str,
        state: Authorization = A.AUTHORIZED,
        *,
        typed: bool = False,
        repeats: bool = False,
    ) -> None:
        """Write an attempt down."""
        good = outcome in ("registered", "authorized", "renewed")
        standing = Standing(R.COMPLETE, state)
        when = START + at
        answered = when if good else None
        self.journal.attempts.append(
            Attempt("switch1", kind, when, standing, typed, repeats, answered, outcome)
        )

    def stand(
        self, at: timedelta, state: Authorization, registration: Registration = R.COMPLETE
    ) -> None:
        """Write down how the device stands."""
        self.journal.stand("switch1", START + at, Standing(registration, state), typed=False)

    def seen(self, key: str) -> list[timedelta]:
        """Return what was seen of a timer."""
        return [each.took for each in observe(self.journal) if each.key == key]


def test_retries_of_a_registration_are_told_apart_by_their_stage() -> None:
    """The first four hours and what follows would be thrown together."""
    story = Story()
    story.say("register", timedelta(0), "unsent: x", typed=True)
    for number in range(1, 17):
        story.say("register", number * 15 * MINUTE, "unsent: x")
    story.say("register", 5 * HOUR, "unsent: x")
    story.say("register", 6 * HOUR, "registered")
    assert story.seen("register-first") == [15 * MINUTE] * 16
    assert story.seen("register-later") == [HOUR] * 2


def test_renewals_count_from_the_answer_and_retries_from_the_attempt() -> None:
    """A slow network would look like a timer that is late."""
    story = Story()
    story.say("authorize", timedelta(0), "authorized")
    story.journal.attempts[0].answered_at = START + 5 * MINUTE
    story.say("authorize", 30 * DAY + 5 * MINUTE, "unsent: x")
    story.say("authorize", 30 * DAY + 5 * MINUTE + 23 * HOUR, "unsent: x")
    assert story.seen("authorize") == [30 * DAY]
    assert story.seen("unsent") == [23 * HOUR]


def test_what_a_person_typed_is_no_timer() -> None:
    """An observed interval would be a person's doing."""
    story = Story()
    story.say("authorize", timedelta(0), "authorized")
    story.say("authorize", DAY, "unsent: x", typed=True)
    story.say("authorize", 2 * DAY, "authorized", typed=True)
    story.say("authorize", 32 * DAY, "authorized")
    assert story.seen("authorize") == [30 * DAY]


def test_what_a_restart_sends_again_is_no_timer() -> None:
    """A restart would look like a retry that came too early."""
    story = Story()
    story.say("authorize", timedelta(0), "authorized")
    story.say("authorize", 30 * DAY, "lost")
    story.say("authorize", 30 * DAY + MINUTE / 2, "lost", repeats=True)
    story.say("authorize", 30 * DAY + 23 * HOUR, "authorized")
    assert story.seen("unsent") == [23 * HOUR]


def test_a_registration_that_is_typed_again_begins_anew() -> None:
    """The stages of the second schedule would be counted from the first."""
    story = Story()
    story.say("register", timedelta(0), "unsent: x", typed=True)
    story.say("register", 5 * HOUR, "unsent: x", typed=True)
    story.say("register", 5 * HOUR + 15 * MINUTE, "registered")
    assert story.seen("register-first") == [15 * MINUTE]
    assert story.seen("register-later") == []


def test_out_of_compliance_has_its_own_times() -> None:
    """The retries of one state would be counted in another."""
    story = Story()
    state = A.OUT_OF_COMPLIANCE
    story.say("authorize", timedelta(0), "authorized", state)
    for offset in (*(15 * MINUTE * n for n in range(9)), 6 * HOUR, 10 * HOUR):
        story.say("authorize", 12 * HOUR + offset, "unsent: x", state)
    assert story.seen("recheck") == [12 * HOUR]
    assert story.seen("ooc-first") == [15 * MINUTE] * 8
    assert story.seen("ooc-later") == [4 * HOUR] * 2


def test_a_change_of_state_begins_a_new_streak() -> None:
    """The attempt at the deadline would be counted as a late retry."""
    story = Story()
    story.say("authorize", timedelta(0), "authorized")
    story.say("authorize", 89 * DAY, "unsent: x")
    story.say("authorize", 90 * DAY, "unsent: x", A.AUTHORIZATION_EXPIRED)
    story.say("authorize", 90 * DAY + HOUR, "unsent: x", A.AUTHORIZATION_EXPIRED)
    story.stand(timedelta(0), A.AUTHORIZED)
    story.stand(90 * DAY, A.AUTHORIZATION_EXPIRED)
    assert story.seen("unsent") == []
    assert story.seen("expired") == [HOUR]
    assert story.seen("deadline") == [90 * DAY]


def test_the_end_of_a_certificate_counts_from_its_last_renewal() -> None:
    """A year of silence would be counted from the wrong day."""
    story = Story()
    story.stand(timedelta(0), A.AUTHORIZED)
    story.say("register", timedelta(0), "registered")
    story.say("renew", 180 * DAY, "renewed")
    story.say("renew", 360 * DAY, "unsent: x")
    story.say("renew", 360 * DAY + HOUR, "unsent: x")
    story.stand(545 * DAY, A.EVAL, R.NOT_REGISTERED)
    assert story.seen("renew") == [180 * DAY] * 2
    assert story.seen("renew-unsent") == [HOUR]
    assert story.seen("certificate") == [365 * DAY]


def test_a_deregistration_is_not_a_year_of_silence() -> None:
    """A person's command would be counted as the end of a certificate."""
    story = Story()
    story.say("register", timedelta(0), "registered")
    story.stand(timedelta(0), A.AUTHORIZED)
    gone = Standing(R.NOT_REGISTERED, A.NONE)
    story.journal.stand("switch1", START + DAY, gone, typed=True)
    assert story.seen("certificate") == []


def test_evaluation_adds_up_its_use() -> None:
    """Days on which nothing was in use would be counted."""
    story = Story()
    for at, state in (
        (0, A.EVAL),
        (40, A.NONE),
        (70, A.EVAL),
        (120, A.EVAL_EXPIRED),
        (130, A.NONE),
        (140, A.EVAL_EXPIRED),
    ):
        story.stand(at * DAY, state)
    story.say("register", 130 * DAY, "unsent: x")
    assert story.seen("evaluation") == [90 * DAY]


def test_two_devices_do_not_share_their_times() -> None:
    """The message of one switch would be taken for the retry of another."""
    story = Story()
    story.say("authorize", timedelta(0), "authorized")
    story.say("authorize", DAY, "authorized")
    story.journal.attempts[1].device = "switch2"
    assert observe(story.journal) == []


def test_the_table_says_what_was_not_seen() -> None:
    """A timer that never ran would look like one that was checked."""
    text = print_timers(Journal())
    assert text.count("not in this run") == 13


def test_the_table_lists_every_length() -> None:
    """A timer that went wrong once would hide behind those that went right."""
    story = Story()
    story.say("authorize", timedelta(0), "authorized")
    story.say("authorize", 30 * DAY, "authorized")
    story.say("authorize", 60 * DAY, "authorized")
    story.say("authorize", 89 * DAY, "authorized")
    assert "30 days (2 times), 29 days (once)" in print_timers(story.journal)
    assert Seen("authorize", 29 * DAY) in observe(story.journal)


def test_lengths_are_printed_as_people_say_them() -> None:
    """A reader would have to convert units."""
    assert print_length(timedelta(days=1, hours=2, minutes=1, seconds=3)) == (
        "1 day 2 hours 1 minute 3 seconds"
    )
    assert print_length(timedelta(0)) == "0 seconds"
