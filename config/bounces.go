package config

// Bounces is about what comes back.
type Bounces struct {
	// Webhooks are the providers that may post what came back to them.
	Webhooks Webhooks `yaml:"webhooks"`
}

func (c *checker) bounces(path string, b *Bounces) {
	c.webhooks(path+".webhooks", &b.Webhooks)
}
