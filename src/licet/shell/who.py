"""Who types: what every event names as the person who did it.

File permissions are the credential, so it is the system user whose rights the command runs with.
Behind `sudo` that may be the account of the service; then the kernel's login user is named too. It
is set once when a person logs in and survives `sudo` and `su`. `SUDO_USER` is not believed: it is a
variable that anybody may set.
"""

import os
import pwd
from pathlib import Path

LOGIN = Path("/proc/self/loginuid")
# What the kernel says where nobody logged in: a service, a container, cron.
NOBODY = 2**32 - 1


def system_user() -> str:
    """Return who types, e.g. `ann`, or `licet (login ann)`."""
    return name_user(os.geteuid(), login_user(LOGIN))


def name_user(effective: int, login: int | None) -> str:
    """Return the name of the effective user, with the login user where that is another one."""
    name = _name(effective)
    return name if login is None or login == effective else f"{name} (login {_name(login)})"


def login_user(path: Path) -> int | None:
    """Return the id of the user who logged in, as the kernel knows it; None where it does not."""
    try:
        found = int(path.read_text("ascii"))
    except (OSError, ValueError):
        return None
    return None if found == NOBODY else found


def _name(user: int) -> str:
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return f"uid {user}"
