/* face.c - the faces of cells */
#include "fe/face.h"

#include <stddef.h>
#include <stdlib.h>

static const struct fe_faces shapes[] = {
    { 2, 3, 3, { { 0, 1, -1, -1 }, { 1, 2, -1, -1 }, { 2, 0, -1, -1 } } },
    { 2, 4, 4, { { 0, 1, -1, -1 }, { 1, 2, -1, -1 }, { 2, 3, -1, -1 },
                 { 3, 0, -1, -1 } } },
    { 3, 4, 4, { { 0, 2, 1, -1 }, { 0, 1, 3, -1 }, { 1, 2, 3, -1 },
                 { 0, 3, 2, -1 } } },
    { 3, 8, 6, { { 0, 3, 2, 1 }, { 4, 5, 6, 7 }, { 0, 1, 5, 4 },
                 { 1, 2, 6, 5 }, { 2, 3, 7, 6 }, { 3, 0, 4, 7 } } },
};

const struct fe_faces *fe_elem_faces(const struct fe_elem *elem)
{
    for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++)
        if (shapes[i].dim == elem->dim && shapes[i].corners == elem->corners)
            return &shapes[i];
    return NULL;
}

bool fe_face_has(const struct fe_elem *elem, int f, int i)
{
    const signed char *face = fe_elem_faces(elem)->corner[f];
    int corner[FE_MAX_CORNERS], n = fe_elem_parents(elem, i, corner);

    for (int k = 0; k < n; k++) {
        bool found = false;

        for (int j = 0; j < FE_FACE_MAX; j++)
            found = found || face[j] == corner[k];
        if (!found)
            return false;
    }
    return true;
}

static int rising(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

int fe_face_key(int n, const int64_t number[], int64_t key[FE_FACE_MAX])
{
    int least = 0, turn;

    for (int i = 0; i < FE_FACE_MAX; i++)
        key[i] = i < n ? number[i] : -1;
    for (int i = 1; i < n; i++)
        if (number[i] < number[least])
            least = i;
    turn = number[(least + 1) % n] < number[(least + n - 1) % n] ? 1 : -1;
    if (n == 2)
        turn = number[0] < number[1] ? 1 : -1;
    qsort(key, FE_FACE_MAX, sizeof(key[0]), rising);
    return turn;
}

int fe_face_compare(const int64_t a[FE_FACE_MAX], const int64_t b[FE_FACE_MAX])
{
    for (int i = 0; i < FE_FACE_MAX; i++)
        if (a[i] != b[i])
            return a[i] < b[i] ? -1 : 1;
    return 0;
}
