"""Holds the manifests in deploy/kubernetes to Kubernetes' schemas, and to each other: scripts/kubernetes runs it.

Schemas see one object at a time. What they cannot see is here: whether a selector finds a pod, a port is there, a variable is a setting.
Afterwards the manifests are broken on purpose, once for each rule, and every break has to be found.
"""

import functools
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path, PurePosixPath

import kubernetes_validate
import yaml

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "deploy/kubernetes"
# The oldest Kubernetes that the manifests are for, and the newest whose schemas the checker carries.
VERSIONS = ["1.29", ".".join(kubernetes_validate.latest_version().split(".")[:2])]
# What is read here of a kustomization. With anything else in it, what is applied would not be what was checked.
KUSTOMIZATION = {"apiVersion", "kind", "resources"}
WORKLOADS = ("Deployment", "StatefulSet")


class Loader(yaml.SafeLoader):
    """YAML in which no key stands twice: Kubernetes refuses that, and PyYAML takes the second."""

    def construct_mapping(self, node, deep=False):
        keys = [key.value for key, _ in node.value]
        twice = {key for key in keys if keys.count(key) > 1}
        if twice:
            raise yaml.constructor.ConstructorError(None, None, f"{', '.join(sorted(twice))} stands there twice", node.start_mark)
        return super().construct_mapping(node, deep)


@functools.cache
def documents(text):
    return [document for document in yaml.load_all(text, Loader) if document]


def get(data, path, default=None):
    """What lies at a path like `spec.template`."""
    for key in path.split("."):
        data = data.get(key) if isinstance(data, dict) else None
    return default if data is None else data


def called(thing):
    return f"{thing['kind']} {get(thing, 'metadata.name')}"


def selects(selector, labels):
    """Whether a label selector selects what has these labels."""
    operators = {
        "In": lambda key, values: labels.get(key) in values,
        "NotIn": lambda key, values: labels.get(key) not in values,
        "Exists": lambda key, _: key in labels,
        "DoesNotExist": lambda key, _: key not in labels,
    }
    return all(labels.get(key) == value for key, value in selector.get("matchLabels", {}).items()) and all(
        operators[expression["operator"]](expression["key"], expression.get("values", []))
        for expression in selector.get("matchExpressions", [])
    )


@functools.cache
def against_schemas(text):
    """What the schemas say of a file, for each version."""
    found = []
    for version in VERSIONS:
        for thing in documents(text):
            try:
                kubernetes_validate.validate(thing, version, strict=True)
            except kubernetes_validate.ValidationError as error:
                place = ".".join(str(step) for step in error.path)
                found.append(f"Kubernetes {version}: {called(thing)}: {place}: {error.message}")
            except kubernetes_validate.SchemaNotFoundError as error:
                found.append(error.message)
    return found


def settings():
    """The variables that docs/operating.md lists as settings."""
    return set(re.findall(r"^\| `.*?` \| `(FACTOTUM_\w+)` \|", (ROOT / "docs/operating.md").read_text(), re.MULTILINE))


def resolve(files, folder):
    """The files that a kustomization leads to, its own among them."""
    path = f"{folder}/kustomization.yaml"
    yield path
    for resource in documents(files[path])[0].get("resources", []):
        parts = []
        for part in PurePosixPath(folder, resource).parts:
            parts = parts[:-1] if part == ".." else [*parts, part]
        target = "/".join(parts)
        if f"{target}/kustomization.yaml" in files:
            yield from resolve(files, target)
        else:
            yield target


def roots(files):
    """The folders that are for `kubectl apply -k`: those that no other one is built on."""
    folders = [path.removesuffix("/kustomization.yaml") for path in files if path.endswith("/kustomization.yaml")]
    below = {path.rpartition("/")[0] for folder in folders for path in resolve(files, folder) if not path.startswith(f"{folder}/")}
    return [folder for folder in folders if folder not in below]


def check(files):
    """Everything that is wrong with these files, given as texts by their paths in deploy/kubernetes."""
    found = []
    for path, text in files.items():
        try:
            if path.endswith("kustomization.yaml"):
                unknown = set(documents(text)[0]) - KUSTOMIZATION
                found += [f"{path}: {key} is nothing that this check understands" for key in unknown]
            else:
                found += [f"{path}: {finding}" for finding in against_schemas(text)]
        except yaml.YAMLError as error:
            return [f"{path}: {error}"]
    # An example is in no kustomization, on purpose.
    listed = {path for folder in roots(files) for path in resolve(files, folder)}
    found += [f"{path}: listed, but not there" for path in sorted(listed - set(files))]
    found += [f"{path}: in no kustomization" for path in sorted(set(files) - listed) if not path.endswith(".example.yaml")]
    # Schemas first: the rest relies on the shapes that they guarantee.
    if not found:
        for folder in roots(files):
            paths = [path for path in resolve(files, folder) if not path.endswith("kustomization.yaml")]
            examples = [path for path in files if path.startswith(f"{folder}/") and path.endswith(".example.yaml")]
            things = [thing for path in [*paths, *examples] for thing in documents(files[path])]
            found += [f"{folder}: {finding}" for finding in across(things)]
    return found


def across(things):
    """The rules between objects that are applied together."""
    named = {}
    for thing in things:
        key = (thing["kind"], thing["metadata"]["name"])
        if key in named:
            yield f"{called(thing)}: it is there twice"
        named[key] = thing

    def of(*kinds):
        return [thing for thing in things if thing["kind"] in kinds]

    def has(pod, port):
        return any(port in (known.get("name"), known["containerPort"]) for known in ports[pod])

    pods = {called(workload): workload["spec"]["template"] for workload in of(*WORKLOADS)}
    labels = {name: get(pod, "metadata.labels", {}) for name, pod in pods.items()}
    ports = {name: [port for box in pod["spec"]["containers"] for port in box.get("ports", [])] for name, pod in pods.items()}
    services = {thing["metadata"]["name"]: thing for thing in of("Service")}
    open_at = {(name, port["port"]) for name, service in services.items() for port in service["spec"]["ports"]}

    for thing in things:
        home = get(thing, "metadata.namespace")
        if thing["kind"] != "Namespace" and ("Namespace", home) not in named:
            yield f"{called(thing)}: the namespace {home} is not ours"

    for workload in of(*WORKLOADS):
        name, selector = called(workload), workload["spec"]["selector"]
        if not selects(selector, labels[name]):
            yield f"{name}: its selector is not for its own pods"
        others = [other for other in pods if other != name and selects(selector, labels[other])]
        yield from (f"{name}: its selector takes the pods of {other}, too" for other in others)
        yield from (f"{name}: {finding}" for finding in of_pod(pods[name]["spec"], named, open_at))
        budgets = [budget for budget in of("PodDisruptionBudget") if selects(budget["spec"]["selector"], labels[name])]
        if len(budgets) != 1:
            yield f"{name}: {len(budgets)} PodDisruptionBudgets instead of one"
        own = [policy["spec"]["podSelector"] for policy in of("NetworkPolicy") if policy["spec"]["podSelector"]]
        if not any(selects(selector, labels[name]) for selector in own):
            yield f"{name}: no NetworkPolicy of its own"

    for stateful in of("StatefulSet"):
        service = services.get(stateful["spec"]["serviceName"])
        if service is None or service["spec"].get("clusterIP") != "None":
            yield f"{called(stateful)}: there is no headless Service {stateful['spec']['serviceName']}"
        values = {key: value for box in stateful["spec"]["template"]["spec"]["containers"] for key, value, _ in variables(box, named)}
        total, each = (int(values.get(f"FACTOTUM_DISCORD_SHARDS_{key}") or 1) for key in ("TOTAL", "PER_PROCESS"))
        # The last pod may have fewer.
        if stateful["spec"]["replicas"] != -(-total // each):
            yield f"{called(stateful)}: {total} shards, {each} to a pod, are not for {stateful['spec']['replicas']} pods"

    for name, service in services.items():
        behind = [pod for pod in pods if selects({"matchLabels": service["spec"]["selector"]}, labels[pod])]
        if len(behind) != 1:
            yield f"Service {name}: it leads to {len(behind)} workloads"
        wanted = [(pod, port.get("targetPort", port["port"])) for pod in behind for port in service["spec"]["ports"]]
        yield from (f"Service {name}: {pod} has no port {port}" for pod, port in wanted if not has(pod, port))

    for budget in of("PodDisruptionBudget"):
        if not any(selects(budget["spec"]["selector"], known) for known in labels.values()):
            yield f"{called(budget)}: it is for no pod"

    for scaler in of("HorizontalPodAutoscaler"):
        target = scaler["spec"]["scaleTargetRef"]
        workload = named.get((target["kind"], target["name"]))
        if workload is None:
            yield f"{called(scaler)}: there is no {target['kind']} {target['name']}"
        elif "replicas" in workload["spec"]:
            yield f"{called(scaler)}: {called(workload)} has `replicas`, which would undo it"

    if not any(policy["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]} for policy in of("NetworkPolicy")):
        yield "no NetworkPolicy forbids what none allows"
    for policy in of("NetworkPolicy"):
        spec = policy["spec"]
        chosen = [pod for pod in pods if selects(spec["podSelector"], labels[pod])]
        if not chosen:
            yield f"{called(policy)}: it is for no pod"
        for rule in spec.get("ingress", []):
            wanted = [(pod, port["port"]) for pod in chosen for port in rule["ports"]]
            yield from (f"{called(policy)}: {pod} has no port {port}" for pod, port in wanted if not has(pod, port))
        for rule in [*spec.get("ingress", []), *spec.get("egress", [])]:
            for peer in [*rule.get("from", []), *rule.get("to", [])]:
                if "podSelector" not in peer or "namespaceSelector" in peer:
                    continue
                ends = [pod for pod in pods if selects(peer["podSelector"], labels[pod])]
                if not ends:
                    yield f"{called(policy)}: it speaks of pods that are not there: {json.dumps(peer['podSelector'])}"
                wanted = [(pod, port["port"]) for pod in ends for port in rule["ports"] if "to" in rule]
                yield from (f"{called(policy)}: {pod} has no port {port}" for pod, port in wanted if not has(pod, port))

    for ingress in of("Ingress"):
        for path in [path for rule in ingress["spec"]["rules"] for path in rule["http"]["paths"]]:
            backend = path["backend"]["service"]
            known = get(services.get(backend["name"]), "spec.ports", [])
            if not any(backend["port"] in ({"name": port.get("name")}, {"number": port["port"]}) for port in known):
                yield f"{called(ingress)}: there is no Service {backend['name']} with that port"


def variables(container, named):
    """The environment of a container: names, values (none where only the cluster knows it) and what is missing for it."""
    for source in container.get("envFrom", []):
        name = source["configMapRef"]["name"]
        settings_map = named.get(("ConfigMap", name))
        if settings_map is None:
            yield "", None, f"there is no ConfigMap {name}"
        else:
            yield from ((key, value, None) for key, value in settings_map["data"].items())
    for variable in container.get("env", []):
        secret = get(variable, "valueFrom.secretKeyRef", {})
        there = not secret or secret["key"] in get(named.get(("Secret", secret["name"]), {}), "stringData", {})
        yield variable["name"], variable.get("value"), None if there else f"there is no Secret {secret['name']} with {secret['key']}"


def of_pod(pod, named, open_at):
    """The rules for one pod and its containers. `open_at` has the Services with their ports."""
    if ("ServiceAccount", pod.get("serviceAccountName")) not in named:
        yield f"there is no ServiceAccount {pod.get('serviceAccountName')}"
    if pod.get("automountServiceAccountToken") is not False:
        yield "it is given a token for Kubernetes (automountServiceAccountToken)"
    if pod.get("enableServiceLinks") is not False:
        yield "variables like FACTOTUM_GATEWAY_PORT would be given to it (enableServiceLinks)"
    if get(pod, "securityContext.runAsNonRoot") is not True or get(pod, "securityContext.seccompProfile.type") != "RuntimeDefault":
        yield "its securityContext is not that of `restricted`"
    volumes = {volume["name"]: volume for volume in pod.get("volumes", [])}
    for volume in volumes.values():
        for kind, name in (("Secret", get(volume, "secret.secretName")), ("ConfigMap", get(volume, "configMap.name"))):
            if name and (kind, name) not in named:
                yield f"there is no {kind} {name} for its volume {volume['name']}"

    version = re.search(r'^version = "(.*)"', (ROOT / "Cargo.toml").read_text(), re.MULTILINE)[1]
    for box in [*pod.get("initContainers", []), *pod["containers"]]:
        name, image = box["name"], box["image"]
        if image.endswith(":latest") or not re.search(r":[^/]+$", image):
            yield f"{name}: {image} may be another one tomorrow"
        if image.split(":")[0] == "factotum" and image != f"factotum:{version}":
            yield f"{name}: {image} is not of this version, {version}"
        ports = [port.get(key) for port in box.get("ports", []) for key in ("name", "containerPort")]
        for sort in ("startupProbe", "livenessProbe", "readinessProbe"):
            probe = box.get(sort, {})
            action = probe.get("httpGet") or probe.get("tcpSocket") or {}
            if action.get("port") not in ports:
                yield f"{name}: no {sort} at a port that it has"
            if sort != "readinessProbe" and action.get("path") == "/readyz":
                yield f"{name}: {sort} asks /readyz, which is no reason to start it again"
        for key in ("requests.cpu", "requests.memory", "limits.cpu", "limits.memory"):
            if get(box, f"resources.{key}") is None:
                yield f"{name}: no {key}"
        rights = {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}
        if box.get("securityContext") != rights:
            yield f"{name}: its securityContext is not {json.dumps(rights)}"
        for mount in box.get("volumeMounts", []):
            if mount["name"] not in volumes:
                yield f"{name}: there is no volume {mount['name']}"
        for variable, value, missing in variables(box, named):
            if missing:
                yield f"{name}: {missing}"
            if variable.startswith("FACTOTUM_") and variable not in settings():
                yield f"{name}: {variable} is no setting in docs/operating.md"
            if variable.startswith("FACTOTUM_") and variable.endswith("_LISTEN") and int(value.rpartition(":")[2]) not in ports:
                yield f"{name}: {variable} is {value}, which is none of its ports"
            address = re.fullmatch(r"http://([a-z0-9-]+):(\d+)", value or "")
            if address and (address[1], int(address[2])) not in open_at:
                yield f"{name}: {variable} is {value}, and there is no such Service"


# Breaks: in which file, what stands there (the first of them is taken), what is put in its place, and words of what has to be said then.
QUEUE, SCALER = "gateway/identify-queue.yaml", "interactions/autoscaling.yaml"
GATEWAY, SETTINGS, PROXY = "gateway/gateway.yaml", "gateway/settings.yaml", "gateway/proxy.yaml"
LISTED, NETWORK, SECRET = "gateway/kustomization.yaml", "gateway/network.yaml", "gateway/secret.example.yaml"
OF = "\n      app.kubernetes.io/name: factotum\n      app.kubernetes.io/component: "
ASKS = "Probe:\n            httpGet:\n              path: "
BREAKS = [
    # What the schemas say.
    (GATEWAY, "podManagementPolicy:", "podManagementPolice:", "podManagementPolice"),
    (GATEWAY, "replicas: 2", 'replicas: "2"', "is not of type"),
    (GATEWAY, "apiVersion: apps/v1", "apiVersion: apps/v1beta1", "Couldn't find schema"),
    (GATEWAY, "  minReadySeconds: 5", "  minReadySeconds: 5\n  minReadySeconds: 6", "twice"),
    # Which files there are.
    (LISTED, "  - proxy.yaml\n", "", "proxy.yaml: in no kustomization"),
    (LISTED, "  - proxy.yaml", "  - proxies.yaml", "listed, but not there"),
    (LISTED, "resources:", "namePrefix: x\nresources:", "namePrefix"),
    # Names that lead somewhere.
    (SETTINGS, "namespace: factotum", "namespace: default", "not ours"),
    (SETTINGS, "name: factotum-gateway", "name: factotum-gate", "no ConfigMap factotum-gateway"),
    (SETTINGS, "FACTOTUM_LOG_FORMAT", "FACTOTUM_LOG_FORMATS", "no setting"),
    (SETTINGS, "0.0.0.0:9464", "0.0.0.0:9466", "none of its ports"),
    (SETTINGS, "factotum-proxy:3900", "factotum-proxy:3901", "no such Service"),
    (SETTINGS, '"32"', '"48"', "48 shards, 16 to a pod, are not for 2 pods"),
    (SECRET, "  token:", "  tokens:", "no Secret factotum-discord with token"),
    (SECRET, "name: factotum-discord", "name: discord", "for its volume token"),
    (GATEWAY, "kind: ServiceAccount\nmetadata:\n  name: ", "kind: ServiceAccount\nmetadata:\n  name: x", "no ServiceAccount"),
    (GATEWAY, "Budget\nmetadata:\n  name: factotum-gateway", "Budget\nmetadata:\n  name: factotum-proxy", "there twice"),
    (GATEWAY, "- name: cache\n              mountPath", "- name: cash\n              mountPath", "no volume cash"),
    (GATEWAY, "clusterIP: None\n", "clusterIP: 10.0.0.1\n", "no headless Service"),
    (GATEWAY, "targetPort: health", "targetPort: healthy", "has no port healthy"),
    (PROXY, "selector: *labels", "selector: {a: b}", "leads to 0 workloads"),
    (GATEWAY, "matchLabels: *labels", "matchLabels: {a: b}", "not for its own pods"),
    (GATEWAY, "matchLabels: *labels", "matchLabels: {app.kubernetes.io/name: factotum}", "takes the pods of Deployment factotum-proxy"),
    (GATEWAY, f"    matchLabels:{OF}gateway", f"    matchLabels:{OF}gate", "0 PodDisruptionBudgets instead of one"),
    (GATEWAY, f"    matchLabels:{OF}gateway", f"    matchLabels:{OF}gate", "PodDisruptionBudget factotum-gateway: it is for no pod"),
    (SCALER, "kind: Deployment\n    name: factotum-interactions", "kind: Deployment\n    name: factotum", "no Deployment factotum"),
    ("interactions/interactions.yaml", "  minReadySeconds: 5", "  replicas: 3", "would undo it"),
    ("interactions/ingress.yaml", "name: http\n", "name: https\n", "with that port"),
    # Who may speak to whom.
    ("base/network.yaml", "    - Ingress\n", "", "forbids what none allows"),
    (NETWORK, "- port: 9464", "- port: 9465", "has no port 9465"),
    (NETWORK, "- port: 3900", "- port: 80", "has no port 80"),
    (NETWORK, "component: gateway\n  policyTypes", "component: gate\n  policyTypes", "no NetworkPolicy of its own"),
    (NETWORK, "component: gateway\n  policyTypes", "component: gate\n  policyTypes", "NetworkPolicy factotum-gateway: it is for no pod"),
    (NETWORK, "component: identify-queue\n      ports", "component: queue\n      ports", "pods that are not there"),
    # How pods are run.
    (GATEWAY, "      automountServiceAccountToken: false\n", "", "a token for Kubernetes"),
    (GATEWAY, "enableServiceLinks: false", "enableServiceLinks: true", "enableServiceLinks"),
    (GATEWAY, "runAsNonRoot: true", "runAsNonRoot: false", "that of `restricted`"),
    (GATEWAY, "allowPrivilegeEscalation: false", "allowPrivilegeEscalation: true", "its securityContext is not {"),
    (PROXY, "http-proxy:amd64", "http-proxy:latest", "another one tomorrow"),
    (GATEWAY, "image: factotum:", "image: factotum:9.", "not of this version"),
    (GATEWAY, f"startup{ASKS}/livez", f"startup{ASKS}/readyz", "startupProbe asks /readyz"),
    (GATEWAY, f"liveness{ASKS}/livez", f"liveness{ASKS}/readyz", "livenessProbe asks /readyz"),
    (QUEUE, "port: queue\n            periodSeconds: 5", "port: health\n            periodSeconds: 5", "no readinessProbe"),
    (GATEWAY, "              memory: 256Mi\n", "", "no limits.memory"),
]


def self_test(files):
    """The breaks that nobody notices."""
    for path, before, after, words in BREAKS:
        broken = files[path].replace(before, after, 1)
        said = check({**files, path: broken})
        if broken == files[path]:
            yield f"{path}: {before!r} is not there any more, so it cannot be broken"
        elif not any(words in finding for finding in said):
            yield f"{path}: with {after!r} for {before!r} nothing was said of {words!r}, but {said}"


def differ_rendered(files, command):
    """Where kustomize makes something else of a folder than what was checked."""
    for folder in roots(files):
        rendered = subprocess.run([*command, FOLDER / folder], capture_output=True, text=True, check=False)
        if rendered.returncode != 0:
            yield f"{folder}: {rendered.stderr.strip()}"
            continue
        checked = [thing for path in resolve(files, folder) if "kustomization" not in path for thing in documents(files[path])]
        mine, its = ({json.dumps(thing, sort_keys=True) for thing in things} for things in (checked, documents(rendered.stdout)))
        yield from (f"{folder}: rendered otherwise: {thing}" for thing in sorted(mine ^ its))


def main():
    files = {path.relative_to(FOLDER).as_posix(): path.read_text() for path in sorted(FOLDER.rglob("*.yaml"))}
    found = check(files)
    print(*found, sep="\n", end="\n" if found else "")
    if found:
        sys.exit(f"kubernetes: {len(found)} mistakes")
    told = f"the schemas of Kubernetes {' and '.join(VERSIONS)}"
    if told not in (FOLDER / "README.md").read_text():
        sys.exit(f"kubernetes: README.md does not say: {told}")
    objects = sum(len(documents(text)) for path, text in files.items() if not path.endswith("kustomization.yaml"))
    print(f"{objects} objects in {len(files)} files: as Kubernetes {' and '.join(VERSIONS)} wants them, and they fit together")
    unnoticed = list(self_test(files))
    if unnoticed:
        sys.exit("\n".join(["kubernetes: the check itself is broken", *unnoticed]))
    print(f"{len(BREAKS)} breaks on purpose, all of them noticed")
    tools = [("kubectl", "kustomize"), ("kustomize", "build")]
    command = next((tool for tool in tools if shutil.which(tool[0])), None)
    if command is None:
        print("NOT RENDERED: there is neither kubectl nor kustomize here; what the kustomizations list was read by this check itself")
        return
    differences = list(differ_rendered(files, command))
    if differences:
        sys.exit("\n".join(["kubernetes: " + " ".join(command), *differences]))
    print(f"{' '.join(command)}: {' and '.join(roots(files))} come out as they were checked")


if __name__ == "__main__":
    main()
