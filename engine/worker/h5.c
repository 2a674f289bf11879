/* h5.c - HDF5 with one clear message for every failure */
#include "worker/h5.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"

/* A file in memory grows by so many bytes. */
#define MEMORY_STEP 8192

static const char signature[8] = "\211HDF\r\n\032\n";

int ft_h5_init(struct ft_err *err)
{
    /* H5dont_atexit() must come first. */
    if (H5dont_atexit() < 0 || H5open() < 0 ||
        H5Eset_auto2(H5E_DEFAULT, NULL, NULL) < 0 ||
        H5PLset_loading_state(0) < 0)
        return ft_err_set(err, FT_EIO, "cannot start the HDF5 library");
    return 0;
}

/* --- errors --------------------------------------------------------------- */

static herr_t innermost(unsigned n, const H5E_error2_t *entry, void *arg)
{
    struct ft_str *text = arg;

    if (n == 0 && entry->desc)
        ft_str_add(text, entry->desc);
    return 0;
}

int ft_h5_error(struct ft_err *err, const char *fmt, ...)
{
    struct ft_str what = FT_STR_INIT, why = FT_STR_INIT;
    const char *number;
    va_list ap;

    va_start(ap, fmt);
    ft_str_vaddf(&what, fmt, ap);
    va_end(ap);
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, innermost, &why);
    H5Eclear2(H5E_DEFAULT);
    number = strstr(why.s, "errno = ");
    if (number) {
        errno = (int)strtol(number + 8, NULL, 10);
        ft_err_sys(err, "%s", what.s);
    } else {
        ft_err_set(err, FT_EFORMAT, "%s%s%s", what.s, why.len ? ": " : "",
                   why.s);
    }
    ft_str_release(&what);
    ft_str_release(&why);
    return -1;
}

/* --- files ---------------------------------------------------------------- */

/* How files are opened: closing closes everything in them, no file locks (they
 * fail on some network file systems, and nobody else writes these files). */
static hid_t access_plist(bool write, bool small)
{
    hid_t plist = H5Pcreate(H5P_FILE_ACCESS);

    if (plist < 0)
        return -1;
    if ((small ? H5Pset_fapl_core(plist, MEMORY_STEP, true)
               : H5Pset_fapl_sec2(plist)) < 0 ||
        H5Pset_fclose_degree(plist, H5F_CLOSE_STRONG) < 0 ||
        H5Pset_file_locking(plist, false, true) < 0 ||
        (write && H5Pset_libver_bounds(plist, H5F_LIBVER_V110,
                                       H5F_LIBVER_V110) < 0)) {
        ft_h5_close(plist);
        return -1;
    }
    return plist;
}

static int look_at(const char *path, bool *small, struct ft_err *err)
{
    char head[sizeof(signature)];
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat st = { 0 };
    ssize_t n;

    if (fd < 0)
        return ft_err_sys(err, "cannot open '%s'", path);
    n = pread(fd, head, sizeof(head), 0);
    if (n < 0 || fstat(fd, &st) < 0) {
        ft_err_sys(err, "cannot read '%s'", path);
        n = -1;
    }
    close(fd);
    if (n < 0)
        return -1;
    *small = st.st_size <= FT_H5_SMALL;
    if (n < (ssize_t)sizeof(head) || memcmp(head, signature, sizeof(head)))
        return ft_err_set(err, FT_EFORMAT, "'%s' is not an HDF5 file", path);
    return 0;
}

hid_t ft_h5_open(const char *path, bool write, struct ft_err *err)
{
    hid_t plist, file = -1;
    bool small = false;

    if (look_at(path, &small, err) < 0)
        return -1;
    plist = access_plist(write, write && small);
    if (plist >= 0)
        file = H5Fopen(path, write ? H5F_ACC_RDWR : H5F_ACC_RDONLY, plist);
    if (file < 0) {
        ft_h5_error(err, "cannot open '%s'", path);
        ft_err_hint(err, "the file is damaged, or its writer did not close "
                         "it");
    }
    ft_h5_close(plist);
    return file;
}

hid_t ft_h5_create(const char *path, bool small, struct ft_err *err)
{
    hid_t access = access_plist(true, small);
    hid_t create = H5Pcreate(H5P_FILE_CREATE), file = -1;

    if (access >= 0 && create >= 0 &&
        H5Pset_obj_track_times(create, false) >= 0)
        file = H5Fcreate(path, H5F_ACC_TRUNC, create, access);
    if (file < 0)
        ft_h5_error(err, "cannot create '%s'", path);
    ft_h5_close(access);
    ft_h5_close(create);
    return file;
}

int ft_h5_finish(hid_t file, const char *path, struct ft_err *err)
{
    if (H5Fflush(file, H5F_SCOPE_GLOBAL) < 0) {
        ft_h5_error(err, "could not write '%s'", path);
        (void)H5Fclose(file); /* the first error is the one to report */
        return -1;
    }
    if (H5Fclose(file) < 0)
        return ft_h5_error(err, "could not close '%s'", path);
    return 0;
}

int ft_h5_close(hid_t id)
{
    return id < 0 ? 0 : H5Idec_ref(id) < 0 ? -1 : 0;
}

bool ft_h5_in_doubt(void)
{
    return H5Fget_obj_count(H5F_OBJ_ALL, H5F_OBJ_ALL) != 0;
}

static hid_t plist_without_times(hid_t class)
{
    hid_t plist = H5Pcreate(class);

    if (plist >= 0 && H5Pset_obj_track_times(plist, false) >= 0)
        return plist;
    ft_h5_close(plist);
    return -1;
}

hid_t ft_h5_group_plist(void)
{
    return plist_without_times(H5P_GROUP_CREATE);
}

hid_t ft_h5_dataset_plist(void)
{
    return plist_without_times(H5P_DATASET_CREATE);
}

/* --- element types -------------------------------------------------------- */

static int type_of_text(hid_t type, struct ft_h5_type *known)
{
    htri_t variable = H5Tis_variable_str(type);
    H5T_cset_t set = H5Tget_cset(type);

    if (variable < 0 || (set != H5T_CSET_ASCII && set != H5T_CSET_UTF8))
        return -1;
    *known = (struct ft_h5_type){ .text = "S", .kind = 'S' };
    if (variable)
        return 0;
    known->size = H5Tget_size(type);
    if (!known->size)
        return -1;
    snprintf(known->text, sizeof(known->text), "S%zu", known->size);
    return 0;
}

/* The little-endian standard type, or with 'big' the big-endian one.  Each name
 * of a type stands for a call of H5open(): no table of them. */
static hid_t standard_type(char kind, size_t size, bool big)
{
    switch (size <= 8 ? kind + 256 * (int)size : 0) {
#define STANDARD(kind, size, name) \
    case kind + 256 * size: \
        return big ? H5T_##name##BE : H5T_##name##LE
        STANDARD('i', 1, STD_I8);
        STANDARD('i', 2, STD_I16);
        STANDARD('i', 4, STD_I32);
        STANDARD('i', 8, STD_I64);
        STANDARD('u', 1, STD_U8);
        STANDARD('u', 2, STD_U16);
        STANDARD('u', 4, STD_U32);
        STANDARD('u', 8, STD_U64);
        STANDARD('f', 4, IEEE_F32);
        STANDARD('f', 8, IEEE_F64);
#undef STANDARD
    default:
        return -1;
    }
}

static char kind_of_number(hid_t type)
{
    switch (H5Tget_class(type)) {
    case H5T_FLOAT:
        return 'f';
    case H5T_INTEGER:
        return H5Tget_sign(type) == H5T_SGN_NONE ? 'u' : 'i';
    default:
        return 0;
    }
}

int ft_h5_type_of(hid_t type, struct ft_h5_type *known)
{
    char kind = kind_of_number(type);
    size_t size = H5Tget_size(type);

    if (H5Tget_class(type) == H5T_STRING)
        return type_of_text(type, known);
    for (int big = 0; kind && big < 2; big++) {
        hid_t standard = standard_type(kind, size, big);

        if (standard < 0 || H5Tequal(type, standard) <= 0)
            continue;
        *known = (struct ft_h5_type){ .kind = kind, .size = size };
        snprintf(known->text, sizeof(known->text), "%c%zu", kind, size);
        return 0;
    }
    return -1;
}

hid_t ft_h5_type_memory(hid_t type, const struct ft_h5_type *known)
{
    hid_t memory;

    if (known->kind != 'S')
        return H5Tcopy(standard_type(known->kind, known->size, false));
    memory = H5Tcopy(type);
    if (memory >= 0 && known->size &&
        H5Tset_strpad(memory, H5T_STR_NULLPAD) < 0) {
        ft_h5_close(memory);
        return -1;
    }
    return memory;
}

const char *ft_h5_type_class(hid_t type)
{
    static const char *const name[] = {
        [H5T_INTEGER] = "an integer of unusual layout",
        [H5T_FLOAT] = "a floating-point number of unusual layout",
        [H5T_TIME] = "a time type",
        [H5T_STRING] = "a text of unknown encoding",
        [H5T_BITFIELD] = "a bit field",
        [H5T_OPAQUE] = "an opaque type",
        [H5T_COMPOUND] = "a compound type",
        [H5T_REFERENCE] = "a reference",
        [H5T_ENUM] = "an enumeration",
        [H5T_VLEN] = "a type of variable length",
        [H5T_ARRAY] = "an array type",
    };
    H5T_class_t class = H5Tget_class(type);

    if (class < 0 || (size_t)class >= FT_ARRAY_LEN(name) || !name[class])
        return "an unknown type";
    return name[class];
}

double ft_h5_number(const struct ft_h5_type *type, const void *at)
{
    union {
        int8_t i1;
        int16_t i2;
        int32_t i4;
        int64_t i8;
        uint64_t u8;
        float f4;
        double f8;
    } v = { .u8 = 0 };

    memcpy(&v, at, type->size); /* little-endian, as is this machine */
    if (type->kind == 'f')
        return type->size == 4 ? (double)v.f4 : v.f8;
    if (type->kind == 'u')
        return (double)v.u8;
    return type->size == 1 ? v.i1 : type->size == 2 ? v.i2
           : type->size == 4 ? v.i4 : (double)v.i8;
}

void ft_h5_text_clean(char *bytes, size_t count, size_t size)
{
    for (size_t i = 0; i < count; i++) {
        char *text = bytes + i * size;
        size_t len = strnlen(text, size);

        memset(text + len, 0, size - len);
    }
}

/* --- attributes ----------------------------------------------------------- */

/* Bring 'count' texts of variable length to the width of the longest one. */
static int fix_width(char *const *text, struct ft_h5_attr *attr, size_t max)
{
    size_t width = 1;

    for (size_t i = 0; i < attr->count; i++) {
        size_t len = text[i] ? strlen(text[i]) : 0;

        width = len > width ? len : width;
    }
    if (width > max / (attr->count ? attr->count : 1))
        return -1;
    for (size_t i = 0; i < attr->count; i++) {
        size_t len = text[i] ? strlen(text[i]) : 0;

        if (len)
            ft_str_addn(&attr->bytes, text[i], len);
        for (; len < width; len++)
            ft_str_addc(&attr->bytes, '\0');
    }
    attr->type.size = width;
    snprintf(attr->type.text, sizeof(attr->type.text), "S%zu", width);
    return 0;
}

/* The shape; -1 when it is beyond our limits. */
static int attr_shape(hid_t space, struct ft_h5_attr *attr)
{
    hssize_t count = H5Sget_simple_extent_npoints(space);

    attr->null = H5Sget_simple_extent_type(space) == H5S_NULL;
    attr->rank = attr->null ? 0 : H5Sget_simple_extent_ndims(space);
    if (attr->rank < 0 || attr->rank > FT_H5_RANK_MAX || count < 0)
        return -1;
    if (H5Sget_simple_extent_dims(space, attr->dim, NULL) < 0)
        return -1;
    attr->count = attr->null ? 0 : (size_t)count;
    return 0;
}

/* Read the elements of 'id' into attr->bytes. */
static int attr_value(hid_t id, hid_t type, hid_t space, size_t max,
                      struct ft_h5_attr *attr)
{
    size_t size = attr->type.size ? attr->type.size : sizeof(char *);
    hid_t memory;
    char *value;
    int rc = -1;

    if (attr->count > max / size)
        return -1;
    memory = ft_h5_type_memory(type, &attr->type);
    value = ft_calloc(attr->count, size);
    if (memory < 0 || (attr->count && H5Aread(id, memory, value) < 0))
        goto done;
    if (attr->type.size) {
        if (attr->type.kind == 'S')
            ft_h5_text_clean(value, attr->count, size);
        ft_str_addn(&attr->bytes, value, attr->count * size);
        rc = 0;
        goto done;
    }
    rc = fix_width((char **)(void *)value, attr, max);
    if (attr->count && H5Dvlen_reclaim(memory, space, H5P_DEFAULT, value) < 0)
        rc = -1;
done:
    ft_h5_close(memory);
    free(value);
    return rc;
}

int ft_h5_attr_read(hid_t object, const char *path, const char *name,
                    size_t max, struct ft_h5_attr *attr, struct ft_err *err)
{
    hid_t id, type = -1, space = -1;
    int rc = -1;

    *attr = (struct ft_h5_attr){ .bytes = FT_STR_INIT };
    id = H5Aopen(object, name, H5P_DEFAULT);
    if (id >= 0)
        type = H5Aget_type(id);
    if (id >= 0)
        space = H5Aget_space(id);
    if (id < 0 || type < 0 || space < 0) {
        ft_h5_error(err, "cannot read attribute '%s' of '%s'", name, path);
    } else if (ft_h5_type_of(type, &attr->type) < 0) {
        ft_err_set(err, FT_EFORMAT, "attribute '%s' of '%s' is %s", name,
                   path, ft_h5_type_class(type));
        ft_err_hint(err, "write integers, floating-point numbers or text");
    } else if (attr_shape(space, attr) < 0 ||
               attr_value(id, type, space, max, attr) < 0) {
        ft_h5_error(err, "cannot read attribute '%s' of '%s' (limits: %zu "
                    "bytes, %d dimensions)", name, path, max, FT_H5_RANK_MAX);
    } else {
        rc = 0;
    }
    ft_h5_close(space);
    ft_h5_close(type);
    ft_h5_close(id);
    if (rc < 0)
        ft_h5_attr_release(attr);
    return rc;
}

void ft_h5_attr_release(struct ft_h5_attr *attr)
{
    ft_str_release(&attr->bytes);
}

char *ft_h5_attr_text(hid_t object, const char *path, const char *name,
                      struct ft_err *err)
{
    struct ft_h5_attr attr;
    htri_t exists = H5Aexists(object, name);
    char *text = NULL;

    if (exists < 0)
        ft_h5_error(err, "cannot read the attributes of '%s'", path);
    if (exists <= 0)
        return NULL;
    if (ft_h5_attr_read(object, path, name, FT_H5_RECORD_MAX, &attr, err) < 0)
        return NULL;
    if (attr.type.kind == 'S' && attr.count == 1)
        text = ft_strndup(attr.bytes.s,
                          strnlen(attr.bytes.s, attr.type.size));
    ft_h5_attr_release(&attr);
    if (!text)
        ft_err_set(err, FT_EFORMAT, "attribute '%s' of '%s' is not one text",
                   name, path);
    else if (!ft_h5_text_valid(text)) {
        ft_err_set(err, FT_EFORMAT, "attribute '%s' of '%s' is not printable "
                   "UTF-8 text", name, path);
        free(text);
        text = NULL;
    }
    return text;
}

int ft_h5_attr_write_text(hid_t object, const char *name, const char *text,
                          size_t len, struct ft_err *err)
{
    hid_t type = H5Tcopy(H5T_C_S1), space = H5Screate(H5S_SCALAR), id = -1;
    int rc = -1;

    if (type < 0 || space < 0 || H5Tset_size(type, len ? len : 1) < 0 ||
        H5Tset_strpad(type, H5T_STR_NULLPAD) < 0)
        goto done;
    id = H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    if (id < 0 || H5Awrite(id, type, len ? text : "") < 0)
        goto done;
    rc = ft_h5_close(id);
    id = -1;
done:
    if (rc < 0)
        ft_h5_error(err, "could not write attribute '%s'", name);
    ft_h5_close(id);
    ft_h5_close(type);
    ft_h5_close(space);
    return rc;
}

/* Bytes of the UTF-8 character at 's', 0 when it is none. */
static size_t utf8_len(const unsigned char *s)
{
    size_t n = s[0] < 0x80 ? 1 : s[0] < 0xc2 ? 0 : s[0] < 0xe0 ? 2
             : s[0] < 0xf0 ? 3 : s[0] < 0xf5 ? 4 : 0;

    for (size_t i = 1; i < n; i++)
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
        (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
        return 0; /* overlong, a surrogate, or beyond U+10FFFF */
    return n;
}

bool ft_h5_text_valid(const char *text)
{
    const unsigned char *s = (const unsigned char *)text;

    while (*s) {
        size_t n = utf8_len(s);

        if (!n || *s < 0x20 || *s == 0x7f)
            return false;
        s += n;
    }
    return true;
}

int ft_h5_check_name(const char *name, struct ft_err *err)
{
    bool plain = *name && strlen(name) <= 255 && !strchr(name, '/') &&
                 strcmp(name, ".") != 0 && strcmp(name, "..") != 0 &&
                 strcmp(name, "group") != 0;

    for (const char *c = name; *c; c++)
        plain = plain && *c >= 0x20 && *c < 0x7f;
    return plain ? 0 : ft_err_set(err, FT_EUSAGE, "'%s' cannot be the name of "
                                  "a field's values", name);
}
