package pack

// FilesOfForm are the files of the pack with the page in one of its forms, as earlier programs wrote them.
func (p Pack) FilesOfForm(form int) ([]File, error) { return p.files(form) }
