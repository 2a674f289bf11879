/* test_worker_content.c - the tree over a dataset's bytes */
#include <string.h>

#include "base/alloc.h"
#include "unit.h"
#include "worker/content.h"

#define MAX (5 * FT_TILE_BYTES + 7)

/* RFC 6962 section 2.1, word for word. */
static void reference(const char *bytes, size_t len,
                      uint8_t root[FT_SHA256_BYTES])
{
    size_t n = (len + FT_TILE_BYTES - 1) / FT_TILE_BYTES, k = 1;
    uint8_t node[1 + 2 * FT_SHA256_BYTES] = { 1 };
    char *leaf;

    if (n <= 1) {
        leaf = ft_calloc(1 + len, 1);
        if (len)
            memcpy(leaf + 1, bytes, len);
        ft_sha256(leaf, 1 + len, root);
        free(leaf);
        return;
    }
    while (2 * k < n)
        k *= 2;
    reference(bytes, k * FT_TILE_BYTES, node + 1);
    reference(bytes + k * FT_TILE_BYTES, len - k * FT_TILE_BYTES,
              node + 1 + FT_SHA256_BYTES);
    ft_sha256(node, sizeof(node), root);
}

static const size_t size[] = {
    0,
    1,
    FT_TILE_BYTES - 1,
    FT_TILE_BYTES,
    FT_TILE_BYTES + 1,
    2 * FT_TILE_BYTES,
    3 * FT_TILE_BYTES,
    3 * FT_TILE_BYTES + 1,
    4 * FT_TILE_BYTES,
    MAX,
};
static const size_t step[] = { 4096, 777777, FT_TILE_BYTES, MAX };

START_TEST(tree)
{
    char *bytes = ft_calloc(MAX, 1);
    uint8_t want[FT_SHA256_BYTES], got[FT_SHA256_BYTES];

    for (size_t i = 0; i < MAX; i++)
        bytes[i] = (char)(i * 7 + i / 251);
    reference(bytes, size[_i], want);
    for (size_t s = 0; s < FT_ARRAY_LEN(step); s++) {
        struct ft_tiles tiles;

        ft_tiles_init(&tiles);
        for (size_t at = 0; at < size[_i]; at += step[s]) {
            size_t rest = size[_i] - at;

            ft_tiles_add(&tiles, bytes + at, rest < step[s] ? rest : step[s]);
        }
        ft_tiles_root(&tiles, got);
        ft_tiles_release(&tiles);
        ck_assert_mem_eq(got, want, sizeof(want));
    }
    free(bytes);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("worker content");
    TCase *tc = tcase_create("tree");

    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, tree, 0, (int)FT_ARRAY_LEN(size));
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
