"use strict";
// The frames are as high as their mails, so that the page scrolls and not they.
for (const frame of document.querySelectorAll("iframe")) {
  const fit = () => {
    const inside = frame.contentDocument;
    if (inside && inside.body) frame.style.height = inside.body.scrollHeight + 2 + "px";
  };
  frame.addEventListener("load", fit);
  fit();
}
document.getElementById("tip").addEventListener("change", (e) => e.target.form.submit());
// The server ends the stream with a message when a tip has changed.
new EventSource("changes").onmessage = () => location.reload();
