package contract_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

func TestEverythingThatTheTemplateOffersCanBeAgreed(t *testing.T) {
	text := contract.Template("growth", "Acme Robotics, Inc.", "Northlight LLC", cal.MustDate("2026-01-01"))
	offered := regexp.MustCompile(`(?m)^( *)#([a-z_]+:)`)
	var names []string
	for _, m := range offered.FindAllStringSubmatch(text, -1) {
		names = append(names, strings.TrimSuffix(m[2], ":"))
		one := strings.Replace(text, "#"+m[2], m[2], 1)
		if _, err := contract.Parse([]byte(one)); err != nil {
			t.Errorf("%s as the template writes it: %v", m[2], err)
		}
	}
	if want := []string{"exit", "appointments", "resources", "non_competition", "scope", "service_levels", "approvals", "ownership"}; !slices.Equal(names, want) {
		t.Errorf("offered are %v, want %v", names, want)
	}
	if _, err := contract.Parse([]byte(offered.ReplaceAllString(text, "$1$2"))); err != nil {
		t.Errorf("all of it together: %v", err)
	}
}
