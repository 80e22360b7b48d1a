package fees

// CourseForTest is what the months come to as the agreement is written.
func (p Pricing) CourseForTest() Course { return p.course(p.Agreement, newIndex(p.Evidence)) }
