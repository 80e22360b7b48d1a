package demo

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"strings"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/work"
	workops "github.com/ofrecord/ofrecord/internal/work/ops"
)

// deliverables lets both sides agree on approvals, and three things be made: one that waits for the client in its first round, one that is approved, and one of a
// specialist that waits for the agency.
func (st *story) deliverables(ctx context.Context) error {
	st.at(Last.AddDays(-9), 15)
	if err := st.sign(ctx, "contracts/v3.yaml"); err != nil {
		return err
	}
	for _, scene := range []func(context.Context) error{st.landingPage, st.mailSequence, st.film} {
		if err := scene(ctx); err != nil {
			return fmt.Errorf("make a deliverable: %w", err)
		}
	}
	return nil
}

func (st *story) proposeDeliverable(ctx context.Context, in workops.ProposeDeliverableInput) (string, error) {
	in.Client, in.Contract, in.Key = st.client, st.contract, "demo-"+in.Name
	d, err := st.Work.ProposeDeliverable(ctx, st.as(access.AccountLead), in)
	return d.ID, err
}

// submitAs gives a file to the agency's review.
func (st *story) submitAs(ctx context.Context, who access.Role, id, name, note string, content []byte) (workops.VersionFile, error) {
	d, err := st.Work.SubmitVersion(ctx, st.as(who), workops.SubmitVersionInput{Client: st.client, Deliverable: id, Filename: name, Note: note, Reader: bytes.NewReader(content)})
	if err != nil {
		return workops.VersionFile{}, err
	}
	return d.Files[len(d.Files)-1], nil
}

// showVersion submits a version and shows it to the client.
func (st *story) showVersion(ctx context.Context, id, name, note string, content []byte) (workops.VersionFile, error) {
	f, err := st.submitAs(ctx, access.TeamMember, id, name, note, content)
	if err != nil {
		return f, err
	}
	_, err = st.Work.ReleaseVersion(ctx, st.as(access.AccountLead), workops.ReviewInput{Client: st.client, Deliverable: id, Version: f.Number, SHA256: f.SHA256})
	return f, err
}

func (st *story) landingPage(ctx context.Context) error {
	first := Last.AddDays(1)
	st.at(first, 9)
	id, err := st.proposeDeliverable(ctx, workops.ProposeDeliverableInput{Name: "Landing page of the robotics guide", Note: "One page with a form, for the campaign of November.", Due: cal.MustDate("2026-10-23"), FeeMonth: "2026-10"})
	if err != nil {
		return err
	}
	st.at(first, 10)
	f, err := st.showVersion(ctx, id, "landing-page-1.png", "The first look.", picture(color.RGBA{0x1f, 0x4e, 0x79, 0xff}))
	if err != nil {
		return err
	}
	st.at(first, 14)
	if _, err := st.Work.AnswerVersion(ctx, st.as(access.ClientProduct), workops.AnswerInput{Client: st.client, Deliverable: id, Version: f.Number, SHA256: f.SHA256, Step: work.StepFeedback,
		Changes: []string{"Show the gripper in the first picture.", "Make the form shorter: name and address are enough."}}); err != nil {
		return err
	}
	st.at(first, 16)
	_, err = st.showVersion(ctx, id, "landing-page-2.png", "A shorter form, and the gripper.", picture(color.RGBA{0x2e, 0x7d, 0x5b, 0xff}))
	return err
}

func (st *story) mailSequence(ctx context.Context) error {
	first := Last.AddDays(1)
	st.at(first, 17)
	id, err := st.proposeDeliverable(ctx, workops.ProposeDeliverableInput{Name: "Mails after the webinar", Due: cal.MustDate("2026-10-09"), FeeMonth: "2026-10"})
	if err != nil {
		return err
	}
	text := "# Mail 1\n\nThank you for joining. The recording is here.\n\n# Mail 2\n\nThree questions that came up, and their answers.\n"
	f, err := st.showVersion(ctx, id, "mails.md", "", []byte(text))
	if err != nil {
		return err
	}
	st.at(first, 18)
	_, err = st.Work.AnswerVersion(ctx, st.as(access.ClientExecutive), workops.AnswerInput{Client: st.client, Deliverable: id, Version: f.Number, SHA256: f.SHA256, Step: work.StepApproved})
	return err
}

func (st *story) film(ctx context.Context) error {
	specialists, err := st.Party.Orgs(ctx, st.as(access.Owner), access.Specialist)
	if err != nil || len(specialists) == 0 {
		return err
	}
	st.at(Last.AddDays(1), 19)
	id, err := st.proposeDeliverable(ctx, workops.ProposeDeliverableInput{Name: "Film of the assembly line", Provider: specialists[0].ID, Due: cal.MustDate("2026-10-30"), FeeMonth: "2026-10"})
	if err != nil {
		return err
	}
	_, err = st.submitAs(ctx, access.SpecialistPartner, id, "storyboard.txt", "The storyboard, before we film.", []byte(strings.Join([]string{"1  The hall at dawn.", "2  A hand and a gripper.", "3  The first pallet leaves."}, "\n")))
	return err
}

// picture is a plain look of a page.
func picture(head color.RGBA) []byte {
	const width, height = 960, 540
	img := image.NewPaletted(image.Rect(0, 0, width, height), color.Palette{color.White, head, color.Gray{0xdd}, color.Gray{0x99}})
	fill := func(x0, y0, x1, y1 int, c uint8) {
		for y := y0; y < y1; y++ {
			for x := x0; x < x1; x++ {
				img.SetColorIndex(x, y, c)
			}
		}
	}
	fill(0, 0, width, 150, 1)
	fill(60, 200, 520, 232, 3)
	for line := range 5 {
		fill(60, 260+line*30, 520-line*25, 272+line*30, 2)
	}
	fill(600, 200, 900, 430, 2)
	fill(640, 370, 860, 405, 1)
	var out bytes.Buffer
	_ = png.Encode(&out, img) // a buffer takes everything
	return out.Bytes()
}
