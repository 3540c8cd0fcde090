"""The straight way to the server: what callers see is the same as through httpx."""

from __future__ import annotations

import datetime
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from fermata import Client, ConnectionFailed, Retry

ONCE = Retry(attempts=1)
FAST = Retry(total_s=1.0, base_s=0.001, cap_s=0.01)


class Handler(BaseHTTPRequestHandler):
    """Answers everything, remembers what was asked, and hangs up after `hang_up_after` answers
    without having said so."""

    protocol_version = "HTTP/1.1"
    seen: list[str]
    connections: set[object]
    hang_up: bool

    def do_GET(self) -> None:
        type(self).seen.append(f"{self.path} {self.headers['Authorization']}")
        type(self).connections.add(self.client_address)
        body = b'{"kind": "agent"}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = type(self).hang_up

    def log_message(self, *_: object) -> None:
        pass


class Stub:
    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.handler = type("Stubbed", (Handler,), {})
        self.handler.seen, self.handler.connections, self.handler.hang_up = [], set(), False
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self.handler)
        self.server.daemon_threads = True
        if context:
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_port
        self._thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self._thread.join()


@pytest.fixture
def stub() -> Iterator[Stub]:
    stub = Stub()
    yield stub
    stub.stop()


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def test_requests_share_a_connection_and_carry_the_key(stub: Stub) -> None:
    with Client(f"http://127.0.0.1:{stub.port}/under", "k", retry=ONCE) as client:
        assert [client.me()["kind"] for _ in range(3)] == ["agent"] * 3
        client.list_workflows(tag="a b&c", limit=2)
    assert stub.handler.seen[0] == "/under/v1/me Bearer k"
    assert stub.handler.seen[3] == "/under/v1/workflows?tag=a%20b%26c&limit=2 Bearer k"
    assert len(stub.handler.connections) == 1


def test_a_connection_that_the_server_closed_costs_no_attempt(stub: Stub) -> None:
    stub.handler.hang_up = True
    client = Client(f"http://127.0.0.1:{stub.port}", "k", retry=ONCE)
    client.me()
    for thread in threading.enumerate():  # those that serve a connection; they end by closing it
        if "process_request_thread" in thread.name:
            thread.join()
    assert client.me()["kind"] == "agent"
    assert len(stub.handler.connections) == 2


def test_a_server_that_is_not_there_is_told_in_the_words_of_httpx(stub: Stub) -> None:
    stub.stop()
    with pytest.raises(ConnectionFailed, match=r"GET /v1/me: no answer after \d+ .*ConnectError"):
        Client(f"http://127.0.0.1:{stub.port}", "k", retry=FAST).me()


def test_an_answer_that_breaks_off_is_no_answer(
    stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: Handler) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
        self.close_connection = True

    monkeypatch.setattr(stub.handler, "do_GET", broken)
    with pytest.raises(ConnectionFailed, match="RemoteProtocolError"):
        Client(f"http://127.0.0.1:{stub.port}", "k", retry=FAST).me()


def test_a_proxy_of_the_environment_is_used(stub: Stub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{stub.port}")
    assert Client("http://fermata.test:81", "k", retry=ONCE).me()["kind"] == "agent"
    assert stub.handler.seen == ["http://fermata.test:81/v1/me Bearer k"]


def test_a_key_with_a_line_break_is_refused_without_showing_it() -> None:
    with pytest.raises(ValueError, match="characters") as refused:
        Client("http://127.0.0.1:1", "fermata_secret\n")
    assert "fermata_secret" not in str(refused.value)


def certificate(folder: Path) -> Path:
    """A self-signed certificate of 127.0.0.1 with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.timezone.utc)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path = folder / "certificate.pem"
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


def test_a_certificate_is_checked_against_its_authority_and_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    stub = Stub(context)
    try:
        with pytest.raises(ConnectionFailed, match="certificate verify failed"):
            Client(f"https://localhost:{stub.port}", "k", retry=FAST).me()
        monkeypatch.setenv("SSL_CERT_FILE", str(path))
        assert Client(f"https://localhost:{stub.port}", "k", retry=ONCE).me()["kind"] == "agent"
        with pytest.raises(ConnectionFailed, match="certificate verify failed"):
            Client(f"https://127.0.0.1:{stub.port}", "k", retry=FAST).me()
    finally:
        stub.stop()
    assert len(stub.handler.seen) == 1  # the key went to nobody else
