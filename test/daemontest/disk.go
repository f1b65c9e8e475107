package daemontest

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
)

// SmallDisk mounts a file system of a size such as "4m" on an empty folder,
// which only root can (Linux). unmount takes it away.
func SmallDisk(dir, size string) (unmount func(), err error) {
	out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size="+size, "tmpfs", dir).CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("mount a small file system: %w: %s", err, bytes.TrimSpace(out))
	}
	return func() { _ = exec.Command("umount", "--lazy", dir).Run() }, nil
}

// FillDisk writes a file until nothing more fits.
func FillDisk(name string) error {
	file, err := os.Create(name)
	if err != nil {
		return fmt.Errorf("fill the disk: %w", err)
	}
	defer func() { _ = file.Close() }()
	for size := 1 << 16; size > 0; {
		if _, err := file.Write(make([]byte, size)); err != nil {
			size /= 2
		}
	}
	return nil
}
