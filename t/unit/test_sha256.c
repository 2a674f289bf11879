/* test_sha256.c - the vectors of FIPS 180-4 and files */
#include "t/unit/unit.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/hmac.h"
#include "base/sha256.h"

static const struct {
    const char *text;
    const char *hex;
} vector[] = {
    { "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
    { "abc",
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
    { "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
};

START_TEST(vectors)
{
    struct ft_sha256 *sha = ft_sha256_new();
    uint8_t digest[FT_SHA256_BYTES];
    char hex[FT_SHA256_HEX + 1];

    ft_sha256_text(vector[_i].text, strlen(vector[_i].text), hex);
    ck_assert_str_eq(hex, vector[_i].hex);
    for (int turn = 0; turn < 2; turn++) { /* it starts over */
        for (const char *s = vector[_i].text; *s; s++)
            ft_sha256_add(sha, s, 1);
        ft_sha256_end(sha, digest);
        ft_sha256_hex(digest, hex);
        ck_assert_str_eq(hex, vector[_i].hex);
    }
    ft_sha256_free(sha);
    ft_sha256_free(NULL);
}
END_TEST

/* Of RFC 4231; a key and a text of one repeated byte, or of characters. */
static const struct {
    int key_byte;
    size_t key_len;
    const char *key;
    int byte;
    size_t len;
    const char *text, *hex;
} mac[] = {
    { .key_byte = 0x0b, .key_len = 20, .len = 8, .text = "Hi There",
      .hex = "b0344c61d8db38535ca8afceaf0bf12b"
             "881dc200c9833da726e9376c2e32cff7" },
    { .key = "Jefe", .key_len = 4, .len = 28,
      .text = "what do ya want for nothing?",
      .hex = "5bdcc146bf60754e6a042426089575c7"
             "5a003f089d2739839dec58b964ec3843" },
    { .key_byte = 0xaa, .key_len = 20, .byte = 0xdd, .len = 50,
      .hex = "773ea91e36800e46854db8ebd09181a7"
             "2959098b3ef8c122d9635514ced565fe" },
};

START_TEST(macs)
{
    uint8_t digest[FT_SHA256_BYTES], want[FT_SHA256_BYTES];
    char key[64], text[64];

    memset(key, mac[_i].key_byte, sizeof(key));
    memset(text, mac[_i].byte, sizeof(text));
    if (mac[_i].key)
        memcpy(key, mac[_i].key, mac[_i].key_len);
    if (mac[_i].text)
        memcpy(text, mac[_i].text, mac[_i].len);
    ft_hmac_sha256(key, mac[_i].key_len, text, mac[_i].len, digest);
    ft_sha256_bytes(mac[_i].hex, want);
    ck_assert(ft_hmac_equal(digest, want, sizeof(want)));
    want[sizeof(want) - 1] ^= 1;
    ck_assert(!ft_hmac_equal(digest, want, sizeof(want)));
}
END_TEST

START_TEST(million_a_in_a_file)
{
    char path[] = "test_sha256.XXXXXX", hex[FT_SHA256_HEX + 1];
    char block[1000];
    uint64_t size = 0;
    FILE *f = fdopen(mkstemp(path), "w");

    memset(block, 'a', sizeof(block));
    for (int i = 0; i < 1000; i++)
        fwrite(block, 1, sizeof(block), f);
    fclose(f);
    ck_assert_int_eq(ft_sha256_file(path, hex, &size, NULL), 0);
    ck_assert_uint_eq(size, 1000000);
    ck_assert_str_eq(hex, "cdc76e5c9914fb9281a1c7e284d73e67"
                          "f1809a48a497200e046d39ccc7112cd0");
    ck_assert_int_eq(ft_sha256_file(path, hex, NULL, NULL), 0);
    unlink(path);
}
END_TEST

START_TEST(file_that_cannot_be_read)
{
    struct ft_err err = { 0 };
    char hex[FT_SHA256_HEX + 1] = "as it was";
    uint64_t size = 7;

    ck_assert_int_eq(ft_sha256_file("no/such", hex, &size, &err), -1);
    ck_assert_int_eq(err.code, FT_ENOENT);
    ck_assert_str_eq(err.msg,
                     "cannot open 'no/such': No such file or directory");
    ck_assert_int_eq(ft_sha256_file(".", hex, &size, &err), -1);
    ck_assert_int_eq(err.code, FT_EIO);
    ck_assert_str_eq(err.msg, "cannot read '.': Is a directory");
    ck_assert_str_eq(hex, "as it was");
    ck_assert_uint_eq(size, 7);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sha256");
    TCase *tc = tcase_create("sha256");

    tcase_add_loop_test(tc, vectors, 0, FT_ARRAY_LEN(vector));
    tcase_add_loop_test(tc, macs, 0, FT_ARRAY_LEN(mac));
    tcase_add_test(tc, million_a_in_a_file);
    tcase_add_test(tc, file_that_cannot_be_read);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
