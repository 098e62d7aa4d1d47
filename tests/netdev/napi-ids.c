// SPDX-License-Identifier: GPL-2.0
/*
 * Usage: napi-ids PORT NUMBER
 *
 * Receives NUMBER UDP datagrams on PORT and says of how many the socket then knew the NAPI, which
 * busy polling needs: "NUMBER datagrams, N with a NAPI". Built by tests/vm/build-programs.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

int main(int argc, char **argv)
{
	struct sockaddr_in to = { .sin_family = AF_INET };
	int number, with = 0, sock, i;
	char data[2048];

	if (argc != 3)
		return 2;
	to.sin_port = htons(atoi(argv[1]));
	number = atoi(argv[2]);
	sock = socket(AF_INET, SOCK_DGRAM, 0);
	if (sock < 0 || bind(sock, (struct sockaddr *)&to, sizeof(to))) {
		perror("napi-ids");
		return 1;
	}
	for (i = 0; i < number; i++) {
		socklen_t length = sizeof(unsigned int);
		unsigned int id = 0;

		if (recv(sock, data, sizeof(data), 0) < 0 ||
		    getsockopt(sock, SOL_SOCKET, SO_INCOMING_NAPI_ID, &id, &length)) {
			perror("napi-ids");
			return 1;
		}
		with += id != 0;
	}
	printf("%d datagrams, %d with a NAPI\n", number, with);
	return 0;
}
