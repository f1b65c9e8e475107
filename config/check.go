package config

// checker looks for values that have the right type and still can't work.
type checker struct {
	*decoder
	cfg *Config
	dir string
}

func (c *checker) check() {}
