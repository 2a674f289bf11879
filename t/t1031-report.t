#!/bin/sh
test_description='fedtwin report writes one page that is whole in itself'
. "$(dirname "$0")/harness.sh"
. "$FT_SRCDIR/t/fixture-sweep.sh"

# What every page must be: HTML whose elements close, one script, nothing loaded
# from anywhere, no handler, links only into the page, each id once.
cat >check.py <<\EOT
import base64, re, sys
from html.parser import HTMLParser

VOID = {"meta", "input", "br", "hr", "img", "link"}

class Page(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.ids, self.links, self.scripts = [], [], [], 0
        self.text, self.titles = "", []
    def handle_startendtag(self, tag, attrs):
        self.look(tag, attrs)
    def handle_starttag(self, tag, attrs):
        self.look(tag, attrs)
        if tag not in VOID:
            self.open.append(tag)
    def look(self, tag, attrs):
        assert tag not in {"iframe", "object", "embed", "link", "base",
                           "form", "foreignobject", "use", "image"}, tag
        self.scripts += tag == "script"
        for name, value in attrs:
            assert not name.startswith("on"), (tag, name)
            assert name not in {"srcset", "action", "xlink:href"}, name
            if name == "src":
                self.look_at_picture(tag, value)
            if name == "href":
                self.links.append(value)
            if name == "id":
                self.ids.append(value)
            if name == "style":
                assert re.fullmatch(r"width:[\d.]+%", value), value
    def look_at_picture(self, tag, value):
        head = "data:image/png;base64,"
        assert tag == "img" and value.startswith(head), value[:40]
        picture = base64.b64decode(value[len(head):], validate=True)
        assert picture.startswith(b"\x89PNG\r\n\x1a\n"), picture[:8]
        self.text += " picture:%d" % len(picture)
    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, (self.open, tag)
        self.open.pop()
    def handle_data(self, data):
        if not self.open or self.open[-1] not in {"script", "style"}:
            self.text += data

def check(path):
    source = open(path, encoding="utf-8").read()
    page = Page()
    page.feed(source)
    page.close()
    assert not page.open, page.open
    assert page.scripts == 1
    assert source.startswith("<!DOCTYPE html>\n<html lang=")
    assert "default-src 'none'" in source and "'unsafe-eval'" not in source
    assert len(page.ids) == len(set(page.ids)), page.ids
    assert all(l[0] == "#" and l[1:] in page.ids for l in page.links)
    assert "://" not in re.sub(r'xmlns="http://www.w3.org/2000/svg"', "",
                               source), "an address"
    script = re.search(r"<script>(.*?)</script>", source, re.S)[1]
    import base64, hashlib
    digest = hashlib.sha256(script.encode()).digest()
    assert "'sha256-" + base64.b64encode(digest).decode() + "'" in source
    return page

page = check(sys.argv[1])
for want in sys.argv[2:]:
    want = want.replace("\\xa0", "\xa0")
    assert want in page.text, (want, page.text[:3000])
EOT
check_page() {
	"$PYTHON" check.py "$@"
}

test_expect_success 'the newest run, into RUN.html' '
	write_sweep && fedtwin init && fedtwin run sweep.yaml &&
	fedtwin report >out &&
	page=$(cat out) &&
	check_page "$page" sweep succeeded "Critical path" "make[load=2 N]" \
		"Statistics" "Slots in use" "Results" "make.note" "all" &&
	test_grep ! "id=\"failures\"" "$page" &&
	test_grep ! "id=\"reuse\"" "$page"
'

test_expect_success 'what was reused' '
	fedtwin run sweep.yaml && fedtwin report -o reused.html last &&
	check_page reused.html Reuse cached "tasks reused" &&
	test_grep "id=\"reuse\"" reused.html &&
	test_grep ! "id=\"time\"" reused.html
'

test_expect_success 'pictures are in the page; what is none is not' '
	cat >pictures.yaml <<-\EOT &&
	fedtwin: 1
	workflow: pictures
	stages:
	  draw:
	    matrix: {n: [1, 2]}
	    shell: |
	      printf "\\211PNG\\r\\n\\032\\n%s" "$(seq 1 ${matrix.n})" >p.png
	      echo "<script>alert(1)</script>" >q.png
	    out:
	      good: {type: file, path: p.png, media_type: image/png}
	      evil: {type: file, path: q.png, media_type: image/png}
	EOT
	fedtwin run pictures.yaml && fedtwin report -o pictures.html &&
	check_page pictures.html Pictures "draw[n=1]: good" "picture:9" \
		"draw[n=2]: good" "picture:11" "draw[n=2]: evil" \
		"could not be read: it is not a PNG file" &&
	test_grep ! "alert(1)</script>" pictures.html &&
	ls .fedtwin/tmp >left && test_must_be_empty left
'

test_expect_success 'a failed run: what it said last, whatever that is' '
	cat >bad.yaml <<-\EOT &&
	fedtwin: 1
	workflow: bad
	doc: A <script>alert("doc")</script> & "quotes"
	params:
	  label: {type: string, default: "</pre><script>alert(1)</script>"}
	stages:
	  evil:
	    shell: |
	      i=0
	      while test $i -lt 100; do echo "line $i" >&2; i=$((i+1)); done
	      printf "\\001\\033[31m\\377</details><script>alert(2)</script>\\n" >&2
	      printf "password=hunt%s\\n" er2 >&2
	      printf "X-Auth-Token: abc%s more\\n" 123 >&2
	      echo "<img src=x onerror=alert(3)>" >&2
	      exit 7
	  after:
	    run: ["true"]
	    needs: [evil]
	EOT
	test_expect_code 1 fedtwin run bad.yaml \
		-p "label=\"></td><script>alert(4)</script>" &&
	fedtwin report last -o - >bad.html &&
	check_page bad.html Failures "exit status 7" "line 99" "line 65" \
		"<script>alert(2)</script>" "<script>alert(4)</script>" \
		"onerror=alert(3)" "fedtwin logs" &&
	test_grep ! "hunter2" bad.html &&
	test_grep ! "abc123" bad.html &&
	test_grep ! "line 12<" bad.html &&
	test_grep ! "<script>alert" bad.html &&
	test "$(tr -d "\n\t\040-\176\200-\377" <bad.html | wc -c)" = 0
'

test_expect_success 'a run that still goes on, was cancelled, was left' '
	cat >long.yaml <<-\EOT &&
	fedtwin: 1
	workflow: long
	stages:
	  quick:
	    run: ["true"]
	  slow:
	    run: [sleep, "60"]
	    needs: [quick]
	EOT
	{ fedtwin run long.yaml >/dev/null 2>&1 & } &&
	runner=$! &&
	test_when_finished "kill -KILL $runner || :" &&
	test_wait_for 20 sh -c "fedtwin status last | grep -q \"slow *1 running\"" &&
	fedtwin report -o now.html &&
	check_page now.html running slow Runner &&
	kill -KILL $runner && { wait $runner || : ; } &&
	fedtwin report -o left.html &&
	check_page left.html interrupted slow &&
	fedtwin cancel last &&
	fedtwin report -o cancelled.html &&
	check_page cancelled.html cancelled
'

test_expect_success 'a loop: the turns that were needed, in a chain' '
	cp -r "$FT_SRCDIR/workflows/examples" . &&
	fedtwin run examples/loop-matrix.yaml && fedtwin report -o loop.html &&
	check_page loop.html "7 / 7" "in 5 tasks" "6\\xa0succeeded" \
		"[share=0.5,turn=4] file" &&
	test_grep ! "turn=5" loop.html
'

test_expect_success 'a run that has spent its budget, and its deadline' '
	cat >dear.yaml <<-\EOT &&
	fedtwin: 1
	workflow: dear
	stages:
	  a:
	    run: [sleep, "0.1"]
	    matrix: {i: [1, 2, 3, 4]}
	EOT
	test_expect_code 6 fedtwin run -j 1 dear.yaml --deadline "10 min" \
		--budget core_time="0.15 s" &&
	fedtwin report -o dear.html &&
	check_page dear.html paused "budget" "core time spent" "deadline"
'

test_expect_success 'no such run, no such place' '
	test_expect_code 4 fedtwin report nonesuch 2>err &&
	test_grep nonesuch err &&
	test_expect_code 4 fedtwin report -o no/such/place.html 2>err &&
	test_grep "no/such" err
'

test_done
