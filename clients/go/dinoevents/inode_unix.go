//go:build unix

package dinoevents

import (
	"os"
	"syscall"
)

func inodeOf(info os.FileInfo) uint64 {
	if found, ok := info.Sys().(*syscall.Stat_t); ok {
		return uint64(found.Ino)
	}
	return 0
}
