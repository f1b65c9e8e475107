/*
 * OpenSMTPD 6.8, as Debian 12 has it, keeps private keys in a process of their
 * own and finds them by a name that it hangs on the public key. OpenSSL 3 gives
 * it a copy of the key without that name, so every handshake fails
 * (github.com/OpenSMTPD/OpenSMTPD/issues/1171). Preloaded, this remembers the
 * last name, which is enough for a server with one key. Later versions need none
 * of it, and aren't hurt by it.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stddef.h>

static void *name;

int RSA_set_ex_data(void *key, int index, void *data)
{
	int (*set)(void *, int, void *) = dlsym(RTLD_NEXT, "RSA_set_ex_data");

	if (index == 0 && data != NULL)
		name = data;
	return set(key, index, data);
}

void *RSA_get_ex_data(const void *key, int index)
{
	void *(*get)(const void *, int) = dlsym(RTLD_NEXT, "RSA_get_ex_data");
	void *data = get(key, index);

	return data == NULL && index == 0 ? name : data;
}
