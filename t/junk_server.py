"""A server that answers as it is told to: for what no slurmrestd would say.

    junk_server.py DIR

It listens at a free port of this machine and writes its address to DIR/url.
What METHOD /a/b is answered with is in the file DIR/METHOD_a_b: the body, with
status 200.  A file that begins with "!" says something else:

    !status N [HEADER: VALUE]   then the body
    !endless                    a body without an end
    !trickle                    a byte of the body now and then
    !headers                    headers without an end
    !short                      less than was announced
    !close                      the connection is closed without a word
    !token                      an error that holds the token that was sent
    !stall FILE                 nothing, until FILE is there

Every request is a line in DIR/log: method, path, and the body if there is one.
"""
import http.server
import json
import os
import sys
import time

CHUNK = b' ' * 65536


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def log_message(self, *args):
        pass

    def send(self, status, body, headers=()):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def begin(self):
        self.send_response(200)
        self.send_header('Content-Length', '1000000000000')
        self.end_headers()

    def misbehave(self, words, rest):
        if words[0] == 'status':
            header = ' '.join(words[2:]).split(': ')
            self.send(int(words[1]), rest,
                      [header] if len(header) == 2 else [])
        elif words[0] == 'endless':
            self.begin()
            while True:
                self.wfile.write(CHUNK)
        elif words[0] == 'trickle':
            self.begin()
            while True:
                self.wfile.write(b' ')
                time.sleep(0.1)
        elif words[0] == 'headers':
            self.send_response(200)
            self.end_headers = lambda: None
            while True:
                self.wfile.write(b'X-Filler: ' + CHUNK[:1000] + b'\r\n')
        elif words[0] == 'short':
            self.begin()
            self.wfile.write(rest)
            self.close_connection = True
        elif words[0] == 'token':
            token = self.headers.get('X-SLURM-USER-TOKEN', '')
            self.send(500, json.dumps({'errors': [
                {'error_number': 2000, 'error': 'no\nuse:\t' + token}
            ]}).encode())
        elif words[0] == 'stall':
            while not os.path.exists(words[1]):
                time.sleep(0.05)
            self.close_connection = True
        else:
            self.close_connection = True

    def answer(self):
        body = self.rfile.read(int(self.headers.get('Content-Length', 0)))
        with open('log', 'a', encoding='utf-8') as log:
            log.write(' '.join([self.command, self.path,
                                body.decode()]).strip() + '\n')
        name = self.command + self.path.split('?')[0].replace('/', '_')
        try:
            with open(name, 'rb') as file:
                text = file.read()
        except FileNotFoundError:
            text = b'!status 404\n'
        if text.startswith(b'!'):
            first, _, rest = text.partition(b'\n')
            self.misbehave(first[1:].decode().split(), rest)
        else:
            self.send(200, text)

    do_GET = do_POST = do_DELETE = answer


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass  # the client has had enough


def main():
    os.chdir(sys.argv[1])
    server = Server(('127.0.0.1', 0), Handler)
    with open('url.new', 'w', encoding='utf-8') as file:
        file.write(f'http://127.0.0.1:{server.server_port}')
    os.rename('url.new', 'url')
    server.serve_forever()


main()
