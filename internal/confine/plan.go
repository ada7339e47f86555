package confine

// A Plan is what the process may keep.
type Plan struct {
	// User is whom to become, by name or number; "" stays who it is.
	User string
	// KeepRights leaves all capabilities as they are.
	KeepRights bool
	// NoCapture takes the right to capture, too.
	NoCapture bool
	// Offline says that the process makes no connection: of the system's files it
	// needs those alone with which a program starts.
	Offline bool
	// Read are the files and directories that may be read, with all below; Write
	// those that may be read and written. What does not exist is left out. Files
	// are not confined if both are empty.
	Read, Write []string
	// Env is added to the environment of the new process, in place of what has
	// the same names.
	Env []string
}

// A Who is a user to become.
type Who struct {
	Name     string
	UID, GID int
	Home     string
}
