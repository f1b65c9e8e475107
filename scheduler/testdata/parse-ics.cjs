// Reads a calendar file with ical.js, which is what Thunderbird reads them with,
// and prints its events. Arguments: the package's folder, the file.
const path = require("node:path");
const ICAL = require(path.join(process.argv[2], "dist", "ical.es5.cjs"));
ICAL.design.strict = true;
const root = new ICAL.Component(ICAL.parse(require("node:fs").readFileSync(process.argv[3], "utf8")));
const events = root.getAllSubcomponents("vevent").map((component) => {
  const e = new ICAL.Event(component, { strictExceptions: true });
  return {
    uid: e.uid, title: e.summary, text: e.description,
    start: e.startDate.toString(), end: e.endDate.toString(), wholeDay: e.startDate.isDate && e.endDate.isDate,
    stamp: component.getFirstPropertyValue("dtstamp").toString(), url: component.getFirstPropertyValue("url"),
    status: component.getFirstPropertyValue("status"),
  };
});
console.log(JSON.stringify({
  name: root.getFirstPropertyValue("name"), version: root.getFirstPropertyValue("version"),
  prodid: root.getFirstPropertyValue("prodid"), events,
}));
