# SPDX-License-Identifier: Apache-2.0
"""Opens the reference site as a user would: finds a definition by a word of its parameters, follows the link, jumps to a
nested type, and sees the example. Also: no page asks for anything from elsewhere, and every link on it leads somewhere."""
import subprocess
import sys
import urllib.error
import urllib.request

from webdriver import Browser

puppis = sys.argv[1]
server = subprocess.Popen([puppis, 'show', '--web'], stdout=subprocess.PIPE, text=True)
try:
    address = server.stdout.readline().strip()
    assert address.startswith('http://127.0.0.1:'), address
    with Browser() as browser:
        browser.open(address)
        everything = browser.visible('li[data-text] a')
        assert len(everything) > 60, f'only {len(everything)} definitions are listed'
        assert 'webservice' in everything and 'scaler' in everything

        browser.type('#search', 'readinessprobe')
        browser.wait(lambda: 0 < len(browser.visible('li[data-text]')) < len(everything), 'fewer entries after a search')
        found = browser.visible('li[data-text] a')
        assert 'webservice' in found and 'scaler' not in found, found
        assert 'of' in browser.text('#hits')[0]

        browser.click('a[href="component/webservice.html"]')
        browser.wait(lambda: browser.text('h1') == ['webservice component'], 'the page of webservice')
        names = browser.text('table td:first-child')
        assert 'image' in names and 'ports' in names, names
        assert any('kind: Application' in code for code in browser.text('pre')), 'no example on the page'
        row = [r for r in browser.text('tbody tr') if r.startswith('image ')][0]
        assert 'yes' in row, row
        browser.click('a[href="#ports"]')
        assert browser.script('return location.hash') == '#ports'
        assert browser.script('return document.getElementById("ports") !== null')

        dead = browser.script('''
          return [...document.querySelectorAll('a[href^="#"]')].map((a) => a.getAttribute('href').slice(1))
            .filter((id) => !document.getElementById(id));''')
        assert dead == [], f'links that lead nowhere: {dead}'
        outside = browser.script('''
          return performance.getEntriesByType('resource').map((e) => e.name).filter((n) => !n.startsWith(location.origin));''')
        assert outside == [], f'asked elsewhere for {outside}'
        problems = [e for e in browser.call('POST', browser.session + '/se/log', {'type': 'browser'})
                    if 'favicon' not in e['message']]
        assert problems == [], problems
    try:
        urllib.request.build_opener(urllib.request.ProxyHandler({})).open(address + 'no/such.html', timeout=10)
        raise AssertionError('a page that is not there was served')
    except urllib.error.HTTPError as e:
        assert e.code == 404
finally:
    server.terminate()
    server.wait(20)
print('reference site: search, page, nested type, example and links hold in Chromium')
