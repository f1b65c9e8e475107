// New mail appears without a reload, and the frame is as tall as the mail.
// Everything works without this script: the list then reloads by itself, the
// frame scrolls.
"use strict";

const list = document.getElementById("list");
if (list) {
  let tag = null;
  const look = async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch("./", tag ? { headers: { "If-None-Match": tag }, cache: "no-store" } : { cache: "no-store" });
      if (answer.status !== 200) return;
      const first = tag === null;
      tag = answer.headers.get("ETag");
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const count = document.getElementById("count");
      if (first && count.textContent === page.getElementById("count").textContent) return;
      const known = list.querySelectorAll("li").length;
      const focused = document.activeElement?.getAttribute("href");
      list.replaceChildren(...page.getElementById("list").childNodes);
      [...list.querySelectorAll("li")].slice(0, Math.max(0, list.querySelectorAll("li").length - known)).forEach((li) => li.classList.add("new"));
      if (focused) list.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
      count.textContent = page.getElementById("count").textContent;
      document.title = page.title;
    } catch {
      // The program has ended or restarts: keep what is shown.
    }
  };
  setInterval(look, 2000);
  document.addEventListener("visibilitychange", look);
}

const frame = document.querySelector(".stage iframe");
if (frame) {
  const fit = () => {
    const doc = frame.contentDocument;
    if (!doc?.body) return;
    frame.style.height = "0";
    frame.style.height = `${Math.max(doc.documentElement.scrollHeight, doc.body.scrollHeight, 320)}px`;
  };
  frame.addEventListener("load", fit);
  addEventListener("resize", fit);
  document.querySelectorAll('input[name="width"]').forEach((r) => r.addEventListener("change", fit));
  fit();
}
