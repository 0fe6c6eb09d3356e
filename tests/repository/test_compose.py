"""docker-compose.yml: what it starts exists here, and everything it names is there."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from typing import Any, cast

import pytest
import yaml

from loopstack_temporal.cli.main import parser
from loopstack_temporal.temporal.devserver import DYNAMIC_CONFIG
from loopstack_temporal.temporal.settings import WorkerSettings
from tests.repository.tree import ROOT

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = sorted(name for name, service in SERVICES.items() if "build" in service)
DEV_SERVER_ONLY = ("matching.numTaskqueueReadPartitions", "matching.numTaskqueueWritePartitions")


def test_it_is_the_production_shape() -> None:
    assert set(SERVICES) == {
        "api",
        "postgres",
        "schema",
        "temporal",
        "temporal-namespace",
        "temporal-schema",
        "temporal-web",
        "worker",
        "worker-gpu",
    }
    assert SERVICES["temporal"]["environment"]["NUM_HISTORY_SHARDS"] == "512"


@pytest.mark.parametrize("name", OURS)
def test_every_command_of_ours_is_one_our_command_line_takes(name: str) -> None:
    program, *arguments = SERVICES[name]["command"]
    assert program == "loopstack"
    parser().parse_args(arguments)


@pytest.mark.parametrize("name", OURS)
def test_every_image_of_ours_is_built_from_files_that_are_here(name: str) -> None:
    dockerfile = ROOT / SERVICES[name]["build"]["dockerfile"]
    text = re.sub(r"\\\n", " ", dockerfile.read_text())
    for line in re.findall(r"^COPY (?!--from)(.*)$", text, re.MULTILINE):
        *sources, _ = shlex.split(line)
        assert [source for source in sources if not (ROOT / source).exists()] == [], line
    (command,) = re.findall(r"^CMD (\[.*\])$", text, re.MULTILINE)
    parser().parse_args(yaml.safe_load(command)[1:])
    assert re.search(r"^USER (?!root)", text, re.MULTILINE), "runs as root"


def test_services_wait_for_services_that_are_there_and_end_when_that_is_waited_for() -> None:
    for name, service in SERVICES.items():
        for needed, how in cast("dict[str, dict[str, str]]", service.get("depends_on", {})).items():
            assert needed in SERVICES, f"{name} needs {needed}"
            one_shot = SERVICES[needed]["restart"] == "no"
            assert (how["condition"] == "service_completed_successfully") == one_shot, f"{name} waits for {needed}"
            assert how["condition"] != "service_healthy" or "healthcheck" in SERVICES[needed]


def test_nothing_is_published_beyond_this_machine() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert ports and all(port.startswith("127.0.0.1:") for port in ports)


def test_volumes_are_declared_or_files_of_the_project() -> None:
    for service in SERVICES.values():
        for volume in service.get("volumes", []):
            source = volume.partition(":")[0]
            assert source in COMPOSE["volumes"] or (ROOT / source).is_file(), volume


def test_a_worker_gets_more_time_to_stop_than_its_bodies() -> None:
    for name in ("worker", "worker-gpu"):
        given = float(SERVICES[name]["stop_grace_period"].removesuffix("s"))
        assert given > WorkerSettings().graceful_stop + 10


def test_the_clusters_dynamic_configuration_is_that_of_the_dev_server() -> None:
    given: dict[str, Any] = yaml.safe_load((ROOT / "scripts/dynamic-config.yaml").read_text())
    values = {name: yaml.safe_load(value) for name, value in DYNAMIC_CONFIG.items() if name not in DEV_SERVER_ONLY}
    assert {name: given[name][0]["value"] for name in values} == values


def test_docker_reads_it() -> None:
    if (
        shutil.which("docker") is None
        or subprocess.run(["docker", "compose", "version"], check=False, capture_output=True).returncode
    ):
        pytest.skip("docker compose is not installed")
    done = subprocess.run(
        ["docker", "compose", "config", "--quiet"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
