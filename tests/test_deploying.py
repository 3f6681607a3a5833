"""What is handed on to run the service by: each setting it names is one, and each file it takes is there."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from service.cli import app
from service.hosting.connections import PromptProtocol
from service.settings import PREFIX, Settings

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"
UNITS = sorted(path.name for path in DEPLOY.glob("dossier*.service"))
COMMANDS = {command.name or command.callback.__name__ for command in app.registered_commands}
VARIABLES = {PREFIX + name.upper() for name in Settings.model_fields}


def dockerfile():
    """Return the instructions of the Dockerfile, as pairs of name and arguments."""
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)
    return [tuple(line.split(maxsplit=1)) for line in text.replace("\\\n", " ").splitlines() if line.strip()]


def arguments(instruction):
    return [rest for name, rest in dockerfile() if name == instruction]


def compose():
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text())


def unit(name):
    """Return the sections of a unit, each a list of pairs: a name may stand in it more than once."""
    sections, current = {}, None
    for line in (DEPLOY / name).read_text().splitlines():
        if line.startswith("["):
            current = sections.setdefault(line.strip("[]"), [])
        elif line and not line.startswith("#"):
            current.append(tuple(line.split("=", 1)))
    return sections


def environment(name):
    return dict(value.split("=", 1) for key, value in unit(name)["Service"] if key == "Environment")


def image_environment():
    return dict(pair.split("=", 1) for line in arguments("ENV") for pair in shlex.split(line))


def of_dossier(variables):
    return {name: value for name, value in variables.items() if name.startswith(PREFIX)}


SET = {
    "Dockerfile": of_dossier(image_environment()),
    "compose.yaml": of_dossier(compose()["services"]["dossier"]["environment"]),
    **{name: of_dossier(environment(name)) for name in UNITS},
}


@pytest.mark.parametrize("file", SET)
def test_each_variable_that_is_set_is_a_setting_with_a_good_value(file):
    assert SET[file]
    assert SET[file].keys() <= VARIABLES
    values = {name.removeprefix(PREFIX).lower(): value for name, value in SET[file].items()}
    values = {name: re.sub(r"\$\{SITE.*\}", "a.example", str(value)) for name, value in values.items()}
    Settings(**values)


def test_no_line_speaks_of_a_setting_that_is_none():
    for path in (ROOT / "Dockerfile", *filter(Path.is_file, DEPLOY.iterdir()), *(ROOT / "docs").glob("*.md")):
        named = set(re.findall(rf"{PREFIX}[A-Z_]*[A-Z]", path.read_text()))
        assert named <= VARIABLES, path


def test_the_image_takes_only_what_is_there_and_not_kept_back():
    kept = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    copied = [
        name for line in arguments("COPY") if not line.startswith("--from") for name in shlex.split(line)[:-1]
    ]
    assert sorted(copied) == sorted(kept)
    assert all((ROOT / name).exists() for name in copied)


def test_the_image_and_the_units_run_commands_that_there_are():
    (serve,) = arguments("CMD")
    assert re.findall(r'"(\w+)"', serve)[0] in COMMANDS
    for name in UNITS:
        (started,) = (value for key, value in unit(name)["Service"] if key == "ExecStart")
        assert re.search(r"/opt/dossier/bin/dossier (\w+)", started)[1] in COMMANDS


def test_the_image_runs_as_no_root_and_keeps_its_data_in_a_volume():
    assert arguments("USER") == ["10001"]
    assert arguments("VOLUME") == [image_environment()["DOSSIER_DATA"]]
    (health,) = arguments("HEALTHCHECK")
    assert "/health/live" in health


def test_the_volume_of_the_composition_is_the_images_data_folder():
    services = compose()["services"]
    assert services["dossier"]["volumes"] == [f"archive:{image_environment()['DOSSIER_DATA']}"]
    assert str(services["dossier"]["expose"][0]) == image_environment()["DOSSIER_PORT"]
    assert services["proxy"]["environment"]["UPSTREAM"] == f"dossier:{image_environment()['DOSSIER_PORT']}"
    assert "ports" not in services["dossier"]
    assert services["proxy"]["volumes"][0].startswith("./Caddyfile:")


def test_the_proxy_bounds_no_body_holds_nothing_back_and_logs_no_address():
    said = re.sub(r"#.*", "", (DEPLOY / "Caddyfile").read_text())
    assert "request_body" not in said
    assert "flush_interval -1" in said
    assert "log" not in said
    (kept_seconds,) = re.findall(r"keepalive (\d+)s", said)
    assert int(kept_seconds) < PromptProtocol.seconds


def test_a_stop_is_given_the_time_that_the_service_takes_for_it():
    needed = Settings().shutdown_seconds
    assert int(compose()["services"]["dossier"]["stop_grace_period"].removesuffix("s")) > needed
    assert int(dict(unit("dossier.service")["Service"])["TimeoutStopSec"]) > needed


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_writes_its_own_folders_alone(name):
    service = dict(unit(name)["Service"])
    assert service["ProtectSystem"] == "strict"
    assert service["User"] == "dossier"
    assert "ReadWritePaths" not in service
    folders = [f"/var/lib/{folder}" for folder in service["StateDirectory"].split()]
    assert environment(name)["DOSSIER_DATA"] in folders


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd-analyze")
@pytest.mark.parametrize("name", [*UNITS, "dossier-backup.timer"])
def test_systemd_understands_each_unit_and_finds_it_well_locked_up(name, tmp_path):
    command = tmp_path / "dossier"
    command.touch(mode=0o755)
    for path in DEPLOY.glob("dossier*.*"):
        text = path.read_text().replace("/opt/dossier/bin/dossier", str(command))
        (tmp_path / path.name).write_text(text)
    verified = systemd_analyze("verify", tmp_path / name)
    assert (verified.returncode, verified.stderr) == (0, "")
    if name.endswith(".service"):
        judged = systemd_analyze("security", "--offline=true", "--threshold=40", tmp_path / name)
        assert judged.returncode == 0, judged.stdout


def systemd_analyze(*arguments):
    command = ["systemd-analyze", "--no-pager", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - a fixed program
