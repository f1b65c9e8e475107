package apitest

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// validate prints what is wrong with the documents that it's given, and ends with 1 if
// anything is.
const validate = `
import { Validator } from "@seriousme/openapi-schema-validator";
let faults = 0;
for (const file of process.argv.slice(2)) {
	const validator = new Validator();
	const result = await validator.validate(file);
	console.log(file, validator.version, result.valid);
	if (!result.valid) {
		console.log(JSON.stringify(result.errors, null, 1));
		faults = 1;
	}
}
process.exit(faults);
`

// What we serve is OpenAPI, for who reads it by the standard's own schemas.
func TestTheDocumentIsOpenAPI(t *testing.T) {
	modules, err := filepath.Abs("../mailtest/node_modules")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(modules, "@seriousme", "openapi-schema-validator")); err != nil {
		missing(t, "the npm packages of test/mailtest aren't installed: run npm ci there")
	}
	r := start(t, "")
	dir := t.TempDir()
	if err := os.Symlink(modules, filepath.Join(dir, "node_modules")); err != nil {
		t.Fatal(err)
	}
	args := []string{"validate.mjs"}
	for _, name := range []string{"openapi.json", "openapi.yaml", "openapi-3.0.json"} {
		args = append(args, name)
		into := r.get("/"+name, nil)
		if err := os.WriteFile(filepath.Join(dir, name), into, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "validate.mjs"), []byte(validate), 0o600); err != nil {
		t.Fatal(err)
	}
	node := exec.CommandContext(t.Context(), "node", args...)
	node.Dir = dir
	out, err := node.CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Errorf("the document isn't valid: %v", err)
	}
}
