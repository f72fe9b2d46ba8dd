"""Ready-made pools: the ones of ``schedules.example.toml``, and any number of small ones for benchmarks."""

from __future__ import annotations

from daemon.workspace.sandbox.desktops import SHUTOFF, Desktop, Pool
from daemon.workspace.sandbox.identity import EXAMPLE_PROJECT

ENGINEERING = "a130ab3a-72bf-4b71-baa9-af4987c8e338"
CALL_CENTRE = "7c1d2a54-0c39-4b8e-9d55-2f6f0f3c1b02"
TRAINING = "e0a5b6d1-93f7-4c1e-8d0a-5b7c4d2e9f03"
DESIGN = "3f9c8e27-6a4b-4d2f-b1c8-9e0d7a6b5c04"


def example_pools() -> list[Pool]:
    """Four pools: users are on some desktops, the training room is off, the design studio runs Linux."""
    engineering = numbered_pool(ENGINEERING, "engineering", "ENG", 5)
    call_centre = numbered_pool(CALL_CENTRE, "Call centre Shanghai", "CALL", 8)
    training = numbered_pool(TRAINING, "training", "ROOM", 4, status=SHUTOFF)
    design = numbered_pool(DESIGN, "design-studio", "DES", 3, os_type="Linux")
    engineering.desktops[1].login_status = "CONNECTED"
    call_centre.desktops[0].login_status = "CONNECTED"
    call_centre.desktops[3].login_status = "DISCONNECTED"
    return [engineering, call_centre, training, design]


def many_pools(pools: int, desktops: int) -> list[Pool]:
    """Pools named ``pool-0001`` and so on, with ids that can be computed."""
    return [numbered_pool(many_pool_id(n), f"pool-{n:04}", f"P{n:04}", desktops) for n in range(1, pools + 1)]


def many_pool_id(number: int) -> str:
    """The id of the nth of ``many_pools``, from 1."""
    return f"{number:08x}-5a4d-4b0c-8000-{number:012x}"


def numbered_pool(
    pool_id: str,
    name: str,
    prefix: str,
    desktops: int,
    *,
    project_id: str = EXAMPLE_PROJECT,
    status: str = "ACTIVE",
    os_type: str = "Windows",
) -> Pool:
    """A pool whose desktops are named PREFIX-01 and so on and have ids derived from the pool's."""
    login = "REGISTERED" if status == "ACTIVE" else "UNREGISTER"
    made = [
        Desktop(
            desktop_id=f"{n:08x}{pool_id[8:]}",
            computer_name=f"{prefix}-{n:02}",
            status=status,
            login_status=login,
            os_type=os_type,
            user_name=f"user-{prefix.lower()}-{n:02}",
            ip_address=f"192.168.{n // 250}.{n % 250 + 1}",
        )
        for n in range(1, desktops + 1)
    ]
    return Pool(pool_id, name, project_id, made)
