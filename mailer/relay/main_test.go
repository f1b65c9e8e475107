package relay

import (
	"flag"
	"os"
	"testing"
	"time"
)

// silence is how long a relay waits for a server of which the test knows that it
// will say nothing. All other replies must come within it, on a busy machine, too.
const silence = 10 * time.Second

func TestMain(m *testing.M) {
	_ = flag.Set("test.parallel", "32") // they mostly wait
	flag.Parse()
	os.Exit(m.Run())
}
