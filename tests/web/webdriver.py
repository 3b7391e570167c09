# SPDX-License-Identifier: Apache-2.0
"""A headless Chromium driven by chromedriver over the W3C WebDriver protocol, with the standard library only."""
import json
import subprocess
import tempfile
import time
import urllib.request

FLAGS = ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync',
         '--disable-background-networking', '--disable-component-update', '--window-size=1200,900']
ELEMENT = 'element-6066-11e4-a52e-4f735466cecf'


class Browser:
    def __enter__(self):
        self.profile = tempfile.TemporaryDirectory(prefix='puppis-chromium-', ignore_cleanup_errors=True)
        self.driver = subprocess.Popen(['chromedriver', '--port=0', '--allowed-ips=127.0.0.1'], stdout=subprocess.PIPE,
                                       stderr=subprocess.DEVNULL, text=True)
        for line in self.driver.stdout:
            if 'started successfully on port' in line:
                self.base = 'http://127.0.0.1:' + line.rsplit(' ', 1)[1].strip().rstrip('.')
                break
        else:
            raise RuntimeError('chromedriver did not start')
        options = {'args': FLAGS + ['--user-data-dir=' + self.profile.name]}
        answer = self.call('POST', '/session', {'capabilities': {'alwaysMatch': {'goog:chromeOptions': options}}})
        self.session = '/session/' + answer['sessionId']
        return self

    def __exit__(self, *_):
        try:
            self.call('DELETE', self.session)
        finally:
            self.driver.terminate()
            self.driver.wait(10)
            self.profile.cleanup()

    def call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, data, {'Content-Type': 'application/json'}, method=method)
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=60) as answer:
            return json.load(answer)['value']

    def open(self, url):
        self.call('POST', self.session + '/url', {'url': url})

    def find(self, css):
        found = self.call('POST', self.session + '/elements', {'using': 'css selector', 'value': css})
        return [e[ELEMENT] for e in found]

    def text(self, css):
        return [self.call('GET', f'{self.session}/element/{e}/text') for e in self.find(css)]

    def visible(self, css):
        return [t for e, t in zip(self.find(css), self.text(css))
                if self.call('GET', f'{self.session}/element/{e}/displayed')]

    def type(self, css, text):
        self.call('POST', f'{self.session}/element/{self.find(css)[0]}/value', {'text': text})

    def click(self, css):
        self.call('POST', f'{self.session}/element/{self.find(css)[0]}/click', {})

    def script(self, code):
        return self.call('POST', self.session + '/execute/sync', {'script': code, 'args': []})

    def wait(self, condition, what, seconds=20):
        """Polls until `condition()` is true; raises when it never is."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if condition():
                return
            time.sleep(0.05)
        raise AssertionError('never saw ' + what)
