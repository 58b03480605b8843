"""Holds the calls and queries of actions, read as JSON from standard input, against botocore's models of the AWS APIs.

Prints a JSON list of complaints. No network, no credentials.
"""

import json
import re
import sys

import botocore.session
import jmespath
from botocore.validate import ParamValidator

SESSION = botocore.session.get_session()
# What the SDK for JavaScript calls by another name than botocore.
NAMES = {}
MODELS = {}
complaints = []


def operation(call):
    service = NAMES.get(call["service"], call["service"])
    if service not in MODELS:
        MODELS[service] = SESSION.get_service_model(service)
    return MODELS[service].operation_model(call["operation"])


def dummy(shape):
    """A value the validator takes, for what is known only later."""
    kind = shape.type_name
    if kind == "structure":
        return {name: dummy(member) for name, member in shape.members.items() if name in shape.required_members}
    if kind == "list":
        return [dummy(shape.member)]
    if kind == "map":
        return {}
    if kind in ("integer", "long"):
        return max(1, shape.metadata.get("min", 1))
    if kind == "boolean":
        return True
    return "x" * max(1, shape.metadata.get("min", 1))


def is_reference(value):
    return isinstance(value, dict) and len(value) == 1 and next(iter(value)) in ("$from", "$item")


def filled(value, shape):
    if shape is None:
        return value
    if is_reference(value):
        return dummy(shape)
    if isinstance(value, dict) and shape.type_name == "structure":
        return {k: filled(v, shape.members.get(k)) for k, v in value.items()}
    if isinstance(value, list) and shape.type_name == "list":
        return [filled(v, shape.member) for v in value]
    if isinstance(value, str) and shape.type_name == "string":
        pattern = shape.metadata.get("pattern")
        if shape.enum and value not in shape.enum:
            complaints.append(f"{value!r} is none of {shape.enum}")
        if pattern and value:
            try:
                if not re.search(pattern, value, re.ASCII):
                    complaints.append(f"{value!r} does not match {pattern}")
            except re.error:
                pass
    return value


def names_in(shape, seen=()):
    if shape is None or shape.name in seen:
        return set()
    seen = (*seen, shape.name)
    if shape.type_name == "structure":
        return set(shape.members) | {n for m in shape.members.values() for n in names_in(m, seen)}
    if shape.type_name == "list":
        return names_in(shape.member, seen)
    return set()


def fields_of(node):
    if node["type"] == "field":
        yield node["value"]
    for child in node["children"]:
        if isinstance(child, dict):
            yield from fields_of(child)


def check_query(call, query):
    try:
        parsed = jmespath.compile(query).parsed
    except Exception as error:
        complaints.append(f"{query}: {error}")
        return
    known = names_in(operation(call).output_shape)
    # EventBridge and others are asked for plain lists of strings by @, which has no field.
    for name in fields_of(parsed):
        if name not in known:
            complaints.append(f"{call['operation']}: {query}: its answer has no {name}")


def check_errors(call, codes):
    known = [e.metadata.get("error", {}).get("code", e.name) for e in operation(call).error_shapes]
    for code in codes:
        if known and code not in known:
            complaints.append(f"{call['operation']} never answers {code}: {known}")


def references(value):
    if is_reference(value):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from references(part)
    elif isinstance(value, list):
        for part in value:
            yield from references(part)


def check_call(call, snapshot, calls):
    try:
        model = operation(call)
    except Exception as error:
        complaints.append(str(error))
        return
    shape = model.input_shape
    if shape is None:
        if call["input"]:
            complaints.append(f"{call['operation']} takes no input")
    else:
        report = ParamValidator().validate(filled(call["input"], shape), shape)
        if report.has_errors():
            complaints.append(f"{call['operation']}: {report.generate_report()}")
    when, each = call.get("when"), call.get("each")
    if when and "error" in when:
        check_errors(snapshot[when["snapshot"]], [when["error"]])
    elif when:
        check_query(snapshot[when["snapshot"]], when["query"])
    if each:
        check_query(snapshot[each["snapshot"]], each["query"])
    for reference in references(call["input"]):
        if "$item" in reference:
            check_query(snapshot[each["snapshot"]], reference["$item"])
        elif "snapshot" in reference["$from"]:
            check_query(snapshot[reference["$from"]["snapshot"]], reference["$from"]["query"])
        else:
            check_query(calls[reference["$from"]["call"]], reference["$from"]["query"])


def check_checks(checks, snapshot, calls):
    for one in checks:
        check_call(one["call"], snapshot, calls)
        check_query(one["call"], one["query"])
        check_errors(one["call"], one.get("orErrors", []))


def check_action(action):
    snapshot = action["snapshot"]
    ways = [action, *action.get("fallbacks", [])]
    for call in snapshot:
        check_call(call, [], [])
    check_checks(action.get("pins", []), snapshot, [])
    for way in ways:
        for call in [*way["calls"], *way["undo"]]:
            check_call(call, snapshot, way["calls"])
        check_checks(way.get("done", []), snapshot, way["calls"])
    for fallback in action.get("fallbacks", []):
        for code in fallback["onErrors"]:
            known = [
                e.metadata.get("error", {}).get("code", e.name) for c in action["calls"] for e in operation(c).error_shapes
            ]
            if known and code not in known:
                complaints.append(f"no call of {action['type']} answers {code}")


for name, action in json.load(sys.stdin).items():
    before = len(complaints)
    check_action(action)
    complaints[before:] = [f"{name}: {text}" for text in complaints[before:]]
json.dump(complaints, sys.stdout)
