package main

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// running makes this test binary run a command, as the program does, and wait to be killed.
const running = "OFRECORD_TEST_RUN_COMMAND"

func TestCommandEndsWithTheProgram(t *testing.T) {
	if os.Getenv(running) != "" {
		status, err := run([]string{"/bin/sh", "-c", "echo command $$; exec sleep 60"})
		t.Fatalf("the command ended by itself: %d, %v", status, err)
	}
	program := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestCommandEndsWithTheProgram$", "-test.v")
	program.Env = append(os.Environ(), running+"=1")
	said, err := program.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := program.Start(); err != nil {
		t.Fatal(err)
	}
	command, lines := 0, bufio.NewScanner(said)
	for command == 0 && lines.Scan() {
		if line := lines.Text(); strings.HasPrefix(line, "command ") {
			_, err = fmt.Sscanf(line, "command %d", &command)
		}
	}
	if command == 0 || err != nil {
		t.Fatalf("the command runs as %d: %v", command, err)
	}

	if err := program.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		for lines.Scan() { // the output ends with the last of those who hold it
		}
		close(ended)
	}()
	select {
	case <-ended:
	case <-time.After(10 * time.Second):
		_ = syscall.Kill(command, syscall.SIGKILL)
		t.Error("10 s after the program was killed, its command runs")
	}
	_ = program.Wait()
}
