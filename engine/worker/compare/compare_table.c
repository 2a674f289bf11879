/* compare_table.c - how two tables differ: columns by name, rows by number or
 * by the value of a key column */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "worker/compare/compare_in.h"
#include "worker/slab.h"
#include "worker/table.h"

/* The rows of A and B that belong together, when a key says so. */
struct rows {
    const char *key; /* NULL: row i belongs to row i */
    uint64_t *of[2]; /* of each side, row numbers in the order of the keys */
    uint64_t *partner; /* of each row of A: the row of B, or NO_ROW */
    uint64_t lone[2];  /* rows without a partner */
};
#define NO_ROW UINT64_MAX

static const struct ft_column *find_column(const struct ft_table *table,
                                           const char *name)
{
    for (size_t i = 0; i < table->n; i++)
        if (strcmp(table->column[i].name, name) == 0)
            return &table->column[i];
    return NULL;
}

/* --- keys ----------------------------------------------------------------- */

/* All values of a column. */
struct keys {
    const struct ft_h5_type *type;
    char *bytes;
    uint64_t n;
};

static int load_column(const struct ft_scan *scan,
                       const struct ft_column *column, char **bytes,
                       struct ft_err *err)
{
    const struct ft_item *item = column->item;

    if (item->count > FT_COMPARE_KEY_ROWS_MAX ||
        item->count > FT_COMPARE_KEY_BYTES_MAX / item->type.size) {
        ft_err_set(err, FT_EUSAGE, "column '%s' is too large to pair rows by "
                   "a key (limits: %u rows, %u MiB)", column->name,
                   FT_COMPARE_KEY_ROWS_MAX, FT_COMPARE_KEY_BYTES_MAX >> 20);
        return ft_err_hint(err, "compare it by row numbers, without a key");
    }
    *bytes = ft_calloc(item->count + 1, item->type.size);
    return ft_slab_read(scan->file, item, 0, item->count, *bytes, err);
}

/* As strcmp() would: texts that fill their width have no terminator. */
static int order_of_texts(const char *a, size_t a_size, const char *b,
                          size_t b_size)
{
    size_t n = strnlen(a, a_size), m = strnlen(b, b_size);
    int order = memcmp(a, b, n < m ? n : m);

    return order ? order : (n > m) - (n < m);
}

static int order_of(const struct ft_h5_type *x, const char *a,
                    const struct ft_h5_type *y, const char *b)
{
    int64_t i, j;
    double p, q;

    if (x->kind == 'S')
        return order_of_texts(a, x->size, b, y->size);
    if (x->kind == 'i') {
        memcpy(&i, a, sizeof(i));
        memcpy(&j, b, sizeof(j));
        return (i > j) - (i < j);
    }
    memcpy(&p, a, sizeof(p));
    memcpy(&q, b, sizeof(q));
    return (p > q) - (p < q);
}

static int by_key(const void *a, const void *b, void *arg)
{
    const struct keys *keys = arg;
    uint64_t i = *(const uint64_t *)a, j = *(const uint64_t *)b;

    return order_of(keys->type, keys->bytes + i * keys->type->size,
                    keys->type, keys->bytes + j * keys->type->size);
}

static int fail_key(const char *name, const char *what, uint64_t row,
                    struct ft_err *err)
{
    return ft_err_set(err, FT_EUSAGE, "column '%s' cannot pair rows: row %llu "
                      "%s", name, (unsigned long long)row + 1, what);
}

/* Row numbers in the order of the keys, each of which names one row. */
static int sort_rows(const struct keys *keys, const char *name,
                     uint64_t **of, struct ft_err *err)
{
    uint64_t *row = ft_calloc(keys->n + 1, sizeof(*row));
    double x;

    *of = row;
    for (uint64_t i = 0; i < keys->n; i++) {
        row[i] = i;
        if (keys->type->kind != 'f')
            continue;
        memcpy(&x, keys->bytes + i * sizeof(x), sizeof(x));
        if (x != x)
            return fail_key(name, "has no number", i, err);
    }
    qsort_r(row, keys->n, sizeof(*row), by_key, (void *)keys);
    for (uint64_t i = 1; i < keys->n; i++)
        if (by_key(&row[i - 1], &row[i], (void *)keys) == 0)
            return fail_key(name, "has the value of another row", row[i],
                            err);
    return 0;
}

/* Merge the sorted keys. */
static void pair_rows(const struct keys keys[2], struct rows *rows)
{
    uint64_t i = 0, j = 0;

    rows->partner = ft_calloc(keys[0].n + 1, sizeof(*rows->partner));
    while (i < keys[0].n || j < keys[1].n) {
        int order = i == keys[0].n   ? 1
                    : j == keys[1].n ? -1
                    : order_of(keys[0].type,
                               keys[0].bytes + rows->of[0][i] *
                                                   keys[0].type->size,
                               keys[1].type,
                               keys[1].bytes + rows->of[1][j] *
                                                   keys[1].type->size);

        if (order <= 0)
            rows->partner[rows->of[0][i]] = order == 0 ? rows->of[1][j]
                                                       : NO_ROW;
        rows->lone[0] += order < 0;
        rows->lone[1] += order > 0;
        i += order <= 0;
        j += order >= 0;
    }
}

static int check_key(const struct ft_column *const key[2], const char *name,
                     struct ft_err *err)
{
    if (!key[0] || !key[1])
        return ft_err_set(err, FT_EUSAGE, "%s table has no column '%s' to "
                          "pair rows by", key[0] ? "the second"
                                                 : "the first", name);
    if (strcmp(key[0]->item->type.text, key[1]->item->type.text) != 0 &&
        (key[0]->item->type.kind != 'S' || key[1]->item->type.kind != 'S'))
        return ft_err_set(err, FT_EUSAGE, "column '%s' cannot pair rows: it "
                          "has values of two types", name);
    if (ft_compare_units(key[0]->unit, key[1]->unit, NULL))
        return ft_err_set(err, FT_EUSAGE, "column '%s' cannot pair rows: it "
                          "has values in two units", name);
    return 0;
}

static int find_partners(const struct ft_sides *sides,
                         const struct ft_table table[2], struct rows *rows,
                         struct ft_err *err)
{
    const struct ft_column *const key[2] = {
        find_column(&table[0], rows->key), find_column(&table[1], rows->key)
    };
    struct keys keys[2] = { { 0 }, { 0 } };
    int rc = check_key(key, rows->key, err);

    for (int i = 0; i < 2 && rc == 0; i++) {
        keys[i].type = &key[i]->item->type;
        keys[i].n = key[i]->item->count;
        rc = load_column(sides->scan[i], key[i], &keys[i].bytes, err);
        if (rc == 0)
            rc = sort_rows(&keys[i], rows->key, &rows->of[i], err);
    }
    if (rc == 0)
        pair_rows(keys, rows);
    free(keys[0].bytes);
    free(keys[1].bytes);
    return rc;
}

/* --- columns -------------------------------------------------------------- */

/* A column of A read in order, that of B by the rows that belong to it. */
struct paired {
    struct ft_gaps *gaps;
    const struct rows *rows;
    const char *b;
    size_t size[2];
    uint64_t row;
};

static int see_paired(const void *bytes, size_t count, void *arg,
                      struct ft_err *err)
{
    struct paired *p = arg;
    const char *a = bytes;

    (void)err;
    for (size_t i = 0; i < count; i++, p->row++) {
        uint64_t partner = p->rows->partner[p->row];

        if (partner == NO_ROW)
            continue;
        p->gaps->index = p->row;
        ft_gaps_see(p->gaps, a + i * p->size[0],
                    p->b + partner * p->size[1]);
    }
    return 0;
}

static int compare_by_key(struct ft_sides *sides, const struct ft_column *a,
                          const struct ft_column *b, const struct rows *rows,
                          struct ft_gaps *gaps, struct ft_err *err)
{
    struct paired p = { .gaps = gaps, .rows = rows,
                        .size = { a->item->type.size, b->item->type.size } };
    char *values = NULL;
    int rc = load_column(sides->scan[1], b, &values, err);

    p.b = values;
    if (rc == 0)
        rc = ft_slab_each(sides->scan[0]->file, a->item, see_paired, &p, err);
    free(values);
    return rc;
}

static const char *obstacle(const struct ft_column *a,
                            const struct ft_column *b)
{
    if (!ft_gaps_comparable(&a->item->type, &b->item->type))
        return "type";
    return ft_compare_units(a->unit, b->unit, NULL) ? "units" : NULL;
}

static void list_column(struct ft_sides *sides, const struct ft_column *a,
                        const struct ft_column *b, const char *state,
                        const struct ft_gaps *gaps)
{
    struct json_object *out = ft_compare_list(sides, a->name, state);

    if (!out)
        return;
    ft_compare_units(a->unit, b->unit, out);
    if (a->item->type.kind != b->item->type.kind)
        ft_compare_pair(out, "types",
                        json_object_new_string(a->item->type.text),
                        json_object_new_string(b->item->type.text));
    if (gaps)
        ft_compare_measures(sides, a->item, gaps, out);
}

static int compare_column(struct ft_sides *sides, const struct ft_column *a,
                          const struct ft_column *b, const struct rows *rows,
                          struct ft_err *err)
{
    const char *why = obstacle(a, b);
    struct ft_gaps gaps;
    int rc;

    sides->compared++;
    if (why) {
        list_column(sides, a, b, why, NULL);
        return 0;
    }
    ft_gaps_init(&gaps, sides->how, &a->item->type, &b->item->type, a->unit,
                 false);
    rc = rows->key
             ? compare_by_key(sides, a, b, rows, &gaps, err)
             : ft_slab_pairs(sides->scan[0]->file, a->item,
                             sides->scan[1]->file, b->item,
                             ft_compare_piece, &gaps, err);
    if (rc == 0 && gaps.differ)
        list_column(sides, a, b, gaps.beyond ? "differs" : "within", &gaps);
    ft_gaps_release(&gaps);
    return rc;
}

static int compare_columns(struct ft_sides *sides,
                           const struct ft_table table[2],
                           const struct rows *rows, struct ft_err *err)
{
    int rc = 0;

    for (size_t i = 0; i < table[0].n && rc == 0; i++) {
        const struct ft_column *a = &table[0].column[i];
        const struct ft_column *b = find_column(&table[1], a->name);

        if (!b) {
            ft_compare_list(sides, a->name, "removed");
            continue;
        }
        rc = ft_compare_attrs(sides, a->item, b->item, err);
        if (rc == 0)
            rc = compare_column(sides, a, b, rows, err);
    }
    for (size_t i = 0; i < table[1].n; i++)
        if (!find_column(&table[0], table[1].column[i].name))
            ft_compare_list(sides, table[1].column[i].name, "added");
    return rc;
}

/* --- the table ------------------------------------------------------------ */

static void add_rows(struct ft_sides *sides, const struct ft_table table[2],
                     const struct rows *rows, struct json_object *answer)
{
    struct json_object *out = json_object_new_object();
    uint64_t lone[2] = { rows->lone[0], rows->lone[1] };

    for (int i = 0; i < 2 && !rows->key; i++)
        if (table[i].rows > table[1 - i].rows)
            lone[i] = table[i].rows - table[1 - i].rows;
    sides->differs |= lone[0] || lone[1];
    ft_compare_counts(out, "count", table[0].rows, table[1].rows);
    ft_compare_counts(out, "lone", lone[0], lone[1]);
    ft_json_add_str(out, "key", rows->key);
    json_object_object_add(answer, "rows", out);
}

int ft_compare_table(struct ft_sides *sides, struct json_object *answer,
                     struct ft_err *err)
{
    struct ft_table table[2] = { { 0 }, { 0 } };
    struct rows rows = { .key = sides->how->key };
    int rc = -1;

    if (ft_table_init(&table[0], sides->scan[0], err) < 0 ||
        ft_table_init(&table[1], sides->scan[1], err) < 0)
        goto done;
    if (rows.key && find_partners(sides, table, &rows, err) < 0)
        goto done;
    add_rows(sides, table, &rows, answer);
    rc = compare_columns(sides, table, &rows, err);
done:
    free(rows.of[0]);
    free(rows.of[1]);
    free(rows.partner);
    ft_table_release(&table[0]);
    ft_table_release(&table[1]);
    return rc;
}
