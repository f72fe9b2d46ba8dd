"""What stands before the service: does the API exist, whose request is it, is the project theirs, is the quota left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from daemon.workspace.sandbox.calls import ApiCall
from daemon.workspace.sandbox.refusals import FORBIDDEN, NO_SUCH_API, Refusal
from daemon.workspace.sandbox.signature import check_signature

if TYPE_CHECKING:
    from daemon.workspace.sandbox.calls import Asked
    from daemon.workspace.sandbox.world import World


class Gateway:
    """Lets requests through to a world."""

    def __init__(self, world: World, *, check_signatures: bool = True) -> None:
        """Guard ``world``; ``check_signatures=False`` lets everyone in, for benchmarks of clients."""
        self._world = world
        self._checks = check_signatures

    def admit(self, asked: Asked) -> ApiCall:
        """Let a request through, and put on record whose it is.

        Returns:
            The call, which exists.

        Raises:
            Refusal: 404, 401, 403 or 429.
        """
        call = asked.call
        if call is None:
            raise Refusal(404, NO_SUCH_API, "The API does not exist or has not been published in the environment.")
        if call is not ApiCall.CREATE_TOKEN:
            asked.entry.user = self._caller(call, asked)
        if self._world.quota is not None:
            self._world.quota.spend(asked.entry.user or "", call, asked.now, writes=call.writes)
        return call

    def _caller(self, call: ApiCall, asked: Asked) -> str:
        project_id = asked.path.get("project_id")
        user = self._user(asked, project_id) if self._checks else "unchecked"
        if call is not ApiCall.LIST_PROJECTS and project_id not in self._world.identity.projects:
            raise Refusal(403, FORBIDDEN, f"The caller has no access to the project {project_id}.")
        return user

    def _user(self, asked: Asked, project_id: str | None) -> str:
        value = asked.received.header("x-auth-token")
        if value is None:
            return check_signature(asked.received, self._world.identity.keys, asked.now).user
        token = self._world.identity.token(value, asked.now)
        if project_id not in (None, token.project_id):
            raise Refusal(403, FORBIDDEN, f"The token is not for the project {project_id}.")
        return token.user.name
