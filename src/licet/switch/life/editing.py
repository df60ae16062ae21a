"""Line editing for a terminal that can move its cursor, over prompt_toolkit."""

import os
from asyncio import TimerHandle
from pathlib import Path

from prompt_toolkit import PromptSession
from prompt_toolkit.application import get_app, run_in_terminal
from prompt_toolkit.history import FileHistory
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import Keys
from prompt_toolkit.output.color_depth import ColorDepth
from typing_extensions import override

from licet.host.files import PRIVATE_FILE
from licet.switch.life.keys import Asked, Listed, Pasted, Typed, complete
from licet.switch.life.problems import LineLost
from licet.switch.life.reaching import Reach
from licet.switch.obscure import veil

END = "end"


class PrivateHistory(FileHistory):
    """The lines that were typed at a switch, without those that hold a secret."""

    def __init__(self, path: Path) -> None:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, PRIVATE_FILE))
        super().__init__(str(path))

    @override
    def store_string(self, string: str) -> None:
        """Keep a line."""
        if veil(string) == string:
            super().store_string(string)


class EditedLine:
    """Reads lines at the terminal of a session.

    Args:
        reach: the session; tab asks it, and lines of the log come from it.
        history: the file of lines that were typed before.
    """

    def __init__(self, reach: Reach, history: Path) -> None:
        self._reach = reach
        self._timer: TimerHandle | None = None
        self._session: PromptSession[Typed] = PromptSession(
            history=PrivateHistory(history),
            key_bindings=self._bindings(),
            color_depth=ColorDepth.DEPTH_1_BIT,
            enable_open_in_editor=False,
            complete_while_typing=False,
            reserve_space_for_menu=0,
        )

    def read(self, prompt: str, before: str, timeout_min: int) -> Typed:
        """Return a line, or what a key asked for; see `terminal.Line`."""
        return self._session.prompt(
            prompt, default=before, pre_run=lambda: self._begin(timeout_min * 60)
        )

    def _begin(self, timeout_s: int) -> None:
        """Wait for the log beside the keys, and for nobody to press one."""
        app = get_app()
        loop = app.loop
        if loop is None:
            return
        loop.add_reader(self._reach.phone.fileno(), self._listen)
        if not timeout_s:
            return

        def again(_: object = None) -> None:
            if self._timer is not None:
                self._timer.cancel()
            self._timer = loop.call_later(timeout_s, give_up)

        def give_up() -> None:
            if app.is_running:
                app.exit(exception=TimeoutError())

        again()
        app.key_processor.before_key_press += again

    def _listen(self) -> None:
        """Print lines of the log above the one that is typed."""
        app = get_app()
        lines: list[str] = []
        hear, self._reach.phone.hear = self._reach.phone.hear, lines.append
        try:
            self._reach.phone.listen()
        except LineLost as lost:
            if app.loop is not None:
                app.loop.remove_reader(self._reach.phone.fileno())
            if app.is_running:
                app.exit(exception=lost)
        finally:
            self._reach.phone.hear = hear
        if lines:
            _ = run_in_terminal(lambda: hear("\n".join(lines)))

    def _bindings(self) -> KeyBindings:
        bindings = KeyBindings()

        @bindings.add("?", eager=True)
        def ask(event: KeyPressEvent) -> None:
            """Ask what may stand here, without Enter."""
            text = event.current_buffer.document.text_before_cursor
            event.current_buffer.insert_text("?")
            event.app.exit(result=Asked(text))

        @bindings.add("tab", eager=True)
        def finish(event: KeyPressEvent) -> None:
            """Complete the word, or list what it may become."""
            text = event.current_buffer.document.text_before_cursor
            try:
                more = complete(text, self._reach.phone.complete(text))
            except LineLost as lost:
                event.app.exit(exception=lost)
                return
            if isinstance(more, Listed):
                event.app.exit(result=more)
            else:
                event.current_buffer.insert_text(more)

        @bindings.add(Keys.BracketedPaste, eager=True)
        def paste(event: KeyPressEvent) -> None:
            """Do the lines that were pasted, as if each had been typed."""
            text = event.data.replace("\r\n", "\n").replace("\r", "\n")
            first, *more = text.split("\n")
            event.current_buffer.insert_text(first)
            if more:
                lines = (event.current_buffer.text, *more[:-1])
                event.current_buffer.cursor_position = len(event.current_buffer.text)
                event.app.exit(result=Pasted(lines, more[-1]))

        @bindings.add("c-z", eager=True)
        def end(event: KeyPressEvent) -> None:
            """Do the line, and leave configuration mode."""
            text = event.current_buffer.text
            event.current_buffer.append_to_history()
            event.app.exit(result=f"{text}\n{END}" if text.strip() else END)

        return bindings
