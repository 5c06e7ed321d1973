#!/usr/bin/env python3
"""Opens pages of `vuemo report` in a real browser and leaves pictures to look at: light, dark, a phone, paper. Run by hand.

    python3 Tests/ReportsTests/Browser/look_at_pages.py PICTURES report.html …

Fails where a page has a console message, asks for anything but itself, or is wider than the screen. Needs Chromium (Debian: chromium) and
nothing else.
"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile

# Each look: the width and height of the window, and what it adds to the command line.
LOOKS = {
    "light": (1280, 5200, ["--blink-settings=preferredColorScheme=1"]),
    "dark": (1280, 5200, ["--blink-settings=preferredColorScheme=0"]),
    "phone": (390, 6000, ["--blink-settings=preferredColorScheme=1"]),
    "phone-dark": (390, 6000, ["--blink-settings=preferredColorScheme=0"]),
}
# Headless windows are not made narrower than 500: the page is looked at through a frame of the width of a phone.
FRAME = """<!doctype html><meta name="color-scheme" content="light dark"><style>body{margin:0}iframe{border:0;width:%dpx;height:%dpx}</style>
<iframe src="%s"></iframe>"""


def chromium(arguments, profile):
    command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--enable-logging=stderr",
               f"--user-data-dir={profile}", "--no-first-run", "--disable-component-update", "--disable-background-networking",
               "--disable-features=OptimizationHints,OptimizationGuideModelDownloading"]
    done = subprocess.run(command + arguments, capture_output=True, text=True, timeout=280)
    if done.returncode != 0:
        sys.exit(done.stderr)
    return done


def requests(log):
    """The addresses that were asked for, by Chromium's log of the net."""
    text = log.read_text()
    try:
        events = json.loads(text)["events"]
    except json.JSONDecodeError:
        events = json.loads(text.rstrip().rstrip(",") + "]}")["events"]
    found = {event["params"]["url"] for event in events if "url" in event.get("params", {})}
    return {url for url in found if not url.startswith(("file:", "data:", "chrome", "about:"))}


def host(url):
    return url.split("/")[2].split(":")[0]


def own_hosts():
    """Whom the browser asks by itself, whatever it shows."""
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "empty.html").write_text("<!doctype html><title>empty</title>")
        chromium([f"--screenshot={folder / 'empty.png'}", f"--log-net-log={folder / 'net.json'}", (folder / "empty.html").as_uri()],
                 folder / "profile")
        return {host(url) for url in requests(folder / "net.json")}


def look(page, name, pictures, own, faults):
    width, height, options = LOOKS[name]
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        target, size = page.as_uri(), f"{width},{height}"
        if width < 500:
            frame = folder / "frame.html"
            frame.write_text(FRAME % (width, height, target))
            target = frame.as_uri()
        picture = pictures / f"{page.stem}-{name}.png"
        done = chromium(options + [f"--window-size={size}", f"--screenshot={picture}", f"--log-net-log={folder / 'net.json'}", target],
                        folder / "profile")
        messages = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
        asked = {url for url in requests(folder / "net.json") if host(url) not in own}
        faults += [f"{picture}: console: {line}" for line in messages] + [f"{picture}: asks for {url}" for url in sorted(asked)]


def prints(page, pictures):
    with tempfile.TemporaryDirectory() as folder:
        chromium([f"--print-to-pdf={pictures / (page.stem + '.pdf')}", "--no-pdf-header-footer",
                  "--blink-settings=preferredColorScheme=0", page.as_uri()], folder)


def fits(page, faults):
    """Whether nothing sticks out of a narrow window: measured by a copy of the page with a script in it."""
    text = re.sub(r"<meta http-equiv=\"Content-Security-Policy\"[^>]*>", "", page.read_text(), count=1)
    script = "<script>document.title = 'wide ' + (document.documentElement.scrollWidth - innerWidth)</script></body>"
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "copy.html").write_text(text.replace("</body>", script))
        outer = ("<!doctype html><style>body{margin:0}iframe{border:0;width:390px;height:3000px}</style><iframe id=f src=copy.html></iframe>"
                 "<script>f.onload = () => document.body.append(f.contentDocument.title)</script>")
        (folder / "outer.html").write_text(outer)
        dom = chromium(["--allow-file-access-from-files", "--dump-dom", (folder / "outer.html").as_uri()], folder / "profile").stdout
    found = re.search(r"wide (-?\d+)", dom)
    if not found or int(found[1]) > 0:
        faults.append(f"{page}: is wider than 390 pixels ({found[1] if found else 'not measured'})")


def main():
    pictures, pages = pathlib.Path(sys.argv[1]), [pathlib.Path(name).resolve() for name in sys.argv[2:]]
    pictures.mkdir(parents=True, exist_ok=True)
    faults, own = [], own_hosts()
    for page in pages:
        for name in LOOKS:
            look(page, name, pictures, own, faults)
        prints(page, pictures)
        fits(page, faults)
        print(f"{page}: {page.stat().st_size} bytes, pictures in {pictures}")
    print("\n".join(faults))
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
