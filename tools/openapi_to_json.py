#!/usr/bin/env python3
"""schema/openapi.yaml as the JSON that the server serves at /openapi.json.

Usage: openapi_to_json.py schema/openapi.yaml VERSION > openapi.json

Needs PyYAML (Debian: python3-yaml). YAML anchors are resolved, `x-shared` is dropped.
"""

import json
import sys

try:
    import yaml
except ImportError:
    sys.exit("openapi_to_json.py needs PyYAML: apt-get install python3-yaml")


def convert(path: str, version: str) -> str:
    with open(path, encoding="utf-8") as file:
        document = yaml.safe_load(file)
    document.pop("x-shared", None)
    document["info"]["version"] = version
    return json.dumps(document, ensure_ascii=True, separators=(",", ":"))


if __name__ == "__main__":
    print(convert(sys.argv[1], sys.argv[2]))
