/* Runs a fuzz target over files: the seed corpus, in the tests. */
#include "fuzz.h"

int
main(int argc, char *argv[])
{
	static uint8_t data[1 << 20];
	size_t size;
	FILE *f;
	int i;

	for (i = 1; i < argc; i++) {
		f = fopen(argv[i], "rb");
		if (f == NULL) {
			perror(argv[i]);
			return 1;
		}
		size = fread(data, 1, sizeof data, f);
		fclose(f);
		LLVMFuzzerTestOneInput(data, size);
	}
	printf("%d inputs\n", argc - 1);
	return argc == 1;
}
