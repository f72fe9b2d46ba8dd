"""The official SDK's signer as a process of its own: one JSON request a line in, one JSON answer a line out."""

from __future__ import annotations

import json
import sys

from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.sdk_request import SdkRequest
from huaweicloudsdkcore.signer.signer import Signer


def main() -> None:
    """Sign until standard input ends."""
    for line in sys.stdin:
        asked = json.loads(line)
        signer = Signer(BasicCredentials(asked["ak"], asked["sk"], "project"))
        request = SdkRequest(
            method=asked["method"],
            schema="https",
            host=asked["host"],
            resource_path=asked["path"],
            query_params=[tuple(pair) for pair in asked["query"]],
            header_params=asked["headers"],
            body=asked["body"],
        )
        signed = signer.sign(request)
        answer = {"authorization": signed.header_params["Authorization"], "uri": signed.uri}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
