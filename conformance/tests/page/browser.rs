//! A headless Chromium, told what to do over its debugging pipe: JSON that ends in a zero byte, as with QMP by hand.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{json, Value};

/// What the browser is called, by those who package it.
const NAMES: [&str; 6] = [
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
];

/// How long a page may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// A running browser with one page; it does not outlive this value.
pub(crate) struct Browser {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    session: Option<String>,
    number: u64,
    _profile: tempfile::TempDir,
}

/// The first browser in the path.
pub(crate) fn find() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let folders: Vec<_> = std::env::split_paths(&path).collect();
    let places = NAMES
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    places.into_iter().find(|place| place.is_file())
}

impl Browser {
    /// Starts it and opens a file.
    pub(crate) fn open(binary: &Path, page: &Path) -> Result<Self, String> {
        let profile = tempfile::tempdir().map_err(|error| error.to_string())?;
        // The pipe is file descriptors 3 and 4; a shell puts ours there.
        let mut child = Command::new("sh")
            .arg("-c")
            .arg(r#"exec "$0" "$@" 3<&0 4>&1 0</dev/null 1>/dev/null 2>&1"#)
            .arg(binary)
            .args(["--headless", "--remote-debugging-pipe", "--no-sandbox"])
            .args(["--disable-gpu", "--no-first-run", "--disable-dev-shm-usage"])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| error.to_string())?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err("the browser has no pipe".to_owned());
        };
        let mut browser = Self {
            child,
            input,
            output: BufReader::new(output),
            session: None,
            number: 0,
            _profile: profile,
        };
        let url = format!("file://{}", page.display());
        let target = browser.call("Target.createTarget", &json!({ "url": url }))?;
        let attach = json!({ "targetId": target["targetId"], "flatten": true });
        let session = browser.call("Target.attachToTarget", &attach)?;
        browser.session = session["sessionId"].as_str().map(str::to_owned);
        browser.wait_for("document.readyState === 'complete' && location.protocol === 'file:'")?;
        Ok(browser)
    }

    /// A command and its answer.
    pub(crate) fn call(&mut self, method: &str, parameters: &Value) -> Result<Value, String> {
        self.number += 1;
        let mut message = json!({ "id": self.number, "method": method, "params": parameters });
        if let (Some(session), Some(object)) = (&self.session, message.as_object_mut()) {
            object.insert("sessionId".to_owned(), json!(session));
        }
        let mut bytes = message.to_string().into_bytes();
        bytes.push(0);
        self.input
            .write_all(&bytes)
            .map_err(|error| format!("the browser went away: {error}"))?;
        loop {
            let mut line = Vec::new();
            let read = self.output.read_until(0, &mut line);
            if read.map_err(|error| error.to_string())? == 0 {
                return Err("the browser went away".to_owned());
            }
            line.pop();
            let answer: Value = serde_json::from_slice(&line).map_err(|error| error.to_string())?;
            if answer["id"] == json!(self.number) {
                return match answer.get("error") {
                    Some(error) => Err(format!("{method}: {error}")),
                    None => Ok(answer["result"].clone()),
                };
            }
        }
    }

    /// The value of an expression in the page.
    pub(crate) fn value(&mut self, expression: &str) -> Result<Value, String> {
        let asked = json!({ "expression": expression, "returnByValue": true });
        let answer = self.call("Runtime.evaluate", &asked)?;
        match answer.get("exceptionDetails") {
            Some(_) => Err(format!("{expression}: {}", answer["result"]["description"])),
            None => Ok(answer["result"]["value"].clone()),
        }
    }

    pub(crate) fn wait_for(&mut self, expression: &str) -> Result<(), String> {
        let end = Instant::now() + PATIENCE;
        while self.value(expression)? != json!(true) {
            if Instant::now() > end {
                return Err(format!("it does not become true that {expression}"));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    /// The middle of an element, scrolled into sight.
    fn middle(&mut self, selector: &str) -> Result<(f64, f64), String> {
        let place = self.value(&format!(
            "(node => {{ node.scrollIntoView({{ block: 'center', inline: 'center' }}); const box = node.getBoundingClientRect();
              return [box.x + box.width / 2, box.y + box.height / 2]; }})(document.querySelector('{selector}'))"
        ))?;
        match (place[0].as_f64(), place[1].as_f64()) {
            (Some(x), Some(y)) => Ok((x, y)),
            _ => Err(format!("there is no {selector}")),
        }
    }

    /// A click with a mouse.
    pub(crate) fn click(&mut self, selector: &str) -> Result<(), String> {
        let (x, y) = self.middle(selector)?;
        for kind in ["mousePressed", "mouseReleased"] {
            let event = json!({ "type": kind, "x": x, "y": y, "button": "left", "clickCount": 1 });
            self.call("Input.dispatchMouseEvent", &event)?;
        }
        Ok(())
    }

    /// A tap with a finger.
    pub(crate) fn tap(&mut self, selector: &str) -> Result<(), String> {
        let (x, y) = self.middle(selector)?;
        let points = json!([{ "x": x, "y": y }]);
        for (kind, points) in [("touchStart", points), ("touchEnd", json!([]))] {
            let event = json!({ "type": kind, "touchPoints": points });
            self.call("Input.dispatchTouchEvent", &event)?;
        }
        Ok(())
    }

    /// A key, by its name and number.
    pub(crate) fn press(&mut self, key: &str, number: u32, text: &str) -> Result<(), String> {
        for kind in ["keyDown", "keyUp"] {
            let mut event =
                json!({ "type": kind, "key": key, "code": key, "windowsVirtualKeyCode": number });
            if kind == "keyDown" && !text.is_empty() {
                event["text"] = json!(text);
            }
            self.call("Input.dispatchKeyEvent", &event)?;
        }
        Ok(())
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.call("Browser.close", &json!({}));
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
