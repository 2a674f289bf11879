/* test_branches.c - branches wander at random; what they bind stays right
 *
 * The model is a list of states, each with the version of every object, and for
 * each branch where it points to and what redo leads to.
 */
#include "project.h"

#define OBJECTS 6
#define VERSIONS 5
#define STATES_MAX 400
#define BRANCHES_MAX 12
#define STEPS 600

static struct scratch s;
static char version[VERSIONS][FT_SHA256_HEX + 1];

struct model_state {
    char id[FT_SHA256_HEX + 1];
    int parent;          /* -1: none */
    int bound[OBJECTS];  /* a version, or -1 */
};

static struct model {
    struct model_state state[STATES_MAX];
    int n_states;
    struct {
        char name[FT_NAME_MAX + 1];
        int state, tip; /* tip -1: nothing was undone */
    } branch[BRANCHES_MAX];
    int n_branches, current;
    unsigned seed;
} m;

static unsigned pick(unsigned n)
{
    m.seed = m.seed * 1103515245u + 12345u;
    return (m.seed >> 8) % n;
}

static void set_up(void)
{
    scratch_init(&s);
    for (int i = 0; i < VERSIONS; i++) {
        char text[8];

        snprintf(text, sizeof(text), "v%d", i);
        publish_one(&s, "seed", text, version[i]);
    }
    memset(&m, 0, sizeof(m));
}

static void tear_down(void)
{
    scratch_release(&s);
}

/* --- the store does what the model does ----------------------------------- */

static void record_some(void)
{
    struct ft_state_new state = { .run = "r", .workflow = version[0],
                                  .workflow_file = "f", .outcome = "ok" };
    struct ft_binding bind[OBJECTS];
    struct model_state *now = &m.state[m.n_states];
    char name[OBJECTS][16];
    struct ft_recorded recorded;
    struct ft_err err = { 0 };
    int old = m.n_branches ? m.branch[m.current].state : -1;

    *now = (struct model_state){ .parent = old };
    for (int i = 0; i < OBJECTS; i++) {
        now->bound[i] = (int)pick(VERSIONS + 1) - 1;
        if (old >= 0 && pick(3))
            now->bound[i] = m.state[old].bound[i];
        if (now->bound[i] < 0)
            continue;
        snprintf(name[i], sizeof(name[i]), "o%d.x", i);
        bind[state.n++] = (struct ft_binding){ name[i], "",
                                               version[now->bound[i]] };
    }
    state.bind = bind;
    ck_ok(ft_store_record_state(s.store, &state, &recorded, &err), err);
    if (!recorded.changed)
        return;
    ck_ok(ft_store_head(s.store, now->id, &err), err);
    if (!m.n_branches)
        snprintf(m.branch[m.n_branches++].name, sizeof(m.branch[0].name),
                 "main");
    else if (m.branch[m.current].tip >= 0) {
        ck_assert(*recorded.kept);
        snprintf(m.branch[m.n_branches].name, sizeof(m.branch[0].name), "%s",
                 recorded.kept);
        m.branch[m.n_branches].state = m.branch[m.current].tip;
        m.branch[m.n_branches++].tip = -1;
    } else {
        ck_assert(!*recorded.kept);
    }
    m.branch[m.current].tip = -1;
    m.branch[m.current].state = m.n_states++;
}

/* The state on the way from 'tip' up to 'state', 'n' steps from 'state'. */
static int towards(int tip, int state, size_t n)
{
    int path[STATES_MAX], len = 0;

    for (int i = tip; i != state; i = m.state[i].parent)
        path[len++] = i;
    return path[(size_t)len > n ? len - (int)n : 0];
}

static void undo_or_redo(void)
{
    size_t n = 1 + pick(4), gone = 0;
    bool back = pick(2);
    struct ft_move move;
    struct ft_err err = { 0 };
    int state = m.branch[m.current].state, tip = m.branch[m.current].tip;
    int to = state;

    if (back)
        for (; gone < n && m.state[to].parent >= 0; gone++)
            to = m.state[to].parent;
    else if (tip >= 0)
        to = towards(tip, state, n);
    if (to == state) {
        ck_assert_int_eq((back ? ft_history_undo : ft_history_redo)(
                             s.store, n, &move, &err), -1);
        ck_assert_int_eq(err.code, FT_ENOENT);
        return;
    }
    ck_ok((back ? ft_history_undo : ft_history_redo)(s.store, n, &move, &err),
          err);
    ck_assert_str_eq(move.to, m.state[to].id);
    m.branch[m.current].state = to;
    if (back && tip < 0)
        m.branch[m.current].tip = state;
    if (!back && to == tip)
        m.branch[m.current].tip = -1;
}

static void branch_or_switch(void)
{
    struct ft_move move;
    struct ft_err err = { 0 };
    int n = m.n_branches;

    if (n < BRANCHES_MAX / 2 && !pick(3)) {
        int at = (int)pick((unsigned)m.n_states);

        snprintf(m.branch[n].name, sizeof(m.branch[0].name), "b%d", n);
        ck_ok(ft_history_add_branch(s.store, m.branch[n].name,
                                    m.state[at].id, false, &move, &err), err);
        m.branch[n].state = at;
        m.branch[n].tip = -1;
        m.n_branches++;
    }
    m.current = (int)pick((unsigned)m.n_branches);
    ck_ok(ft_history_switch(s.store, m.branch[m.current].name, &err), err);
}

/* --- comparing ------------------------------------------------------------ */

static void expect_bound(const struct ft_versions *found, int state)
{
    size_t n = 0;

    for (int i = 0; i < OBJECTS; i++) {
        int want = m.state[state].bound[i];

        if (want < 0)
            continue;
        ck_assert_uint_lt(n, found->n);
        ck_assert_int_eq(found->item[n].object[1], '0' + i);
        ck_assert_str_eq(found->item[n++].id, version[want]);
    }
    ck_assert_uint_eq(n, found->n);
}

static void compare_current(void)
{
    int state = m.branch[m.current].state;
    struct ft_versions found;
    struct ft_err err = { 0 };

    ck_ok(ft_store_list(s.store, NULL, 0, &found, &err), err);
    expect_bound(&found, state);
    ft_versions_release(&found);
    ck_ok(ft_store_objects(s.store, m.state[state].id, &found, &err), err);
    expect_bound(&found, state);
    ft_versions_release(&found);
}

static void compare_all(void)
{
    for (int i = 0; i < m.n_branches; i++) {
        struct ft_versions found;
        struct ft_store *store;
        struct ft_err err = { 0 };

        store = ft_store_open(s.project, FT_STORE_READ, &err);
        ck_assert(store);
        ck_ok(ft_store_at(store, m.branch[i].name, &err), err);
        ck_ok(ft_store_list(store, NULL, 0, &found, &err), err);
        expect_bound(&found, m.branch[i].state);
        ft_versions_release(&found);
        ft_store_close(store);
    }
}

static void replay(void)
{
    char *path = scratch_path(&s, ".fedtwin/index.sqlite");

    scratch_close(&s);
    ck_assert_int_eq(unlink(path), 0);
    scratch_open(&s);
    free(path);
}

START_TEST(branches_wander)
{
    m.seed = (unsigned)_i;
    record_some();
    for (int step = 0; step < STEPS && m.n_states < STATES_MAX - 1; step++) {
        switch (pick(8)) {
        case 0:
        case 1:
            if (m.n_branches < BRANCHES_MAX)
                record_some();
            break;
        case 2:
            branch_or_switch();
            break;
        default:
            undo_or_redo();
        }
        if (pick(2)) /* several moves may come before a question */
            compare_current();
        if (step % 100 == 50)
            replay();
    }
    compare_all();
    replay();
    compare_all();
}
END_TEST

/* Steps beyond what is walked one by one, and changes beyond what is taken
 * back singly. */
START_TEST(far_away)
{
    struct ft_move move;
    struct ft_err err = { 0 };

    m.seed = 7;
    record_some();
    compare_current();
    while (m.n_states < 140) {
        record_some();
        compare_current();
    }
    ck_ok(ft_history_undo(s.store, 130, &move, &err), err);
    ck_assert_uint_eq(move.n, 130);
    m.branch[0].tip = m.branch[0].state;
    m.branch[0].state = m.n_states - 1 - 130;
    compare_current();
    ck_ok(ft_history_redo(s.store, 130, &move, &err), err);
    m.branch[0].state = m.n_states - 1;
    m.branch[0].tip = -1;
    compare_current();
}
END_TEST

static Suite *suite(void)
{
    Suite *suite = suite_create("branches");
    TCase *tc = tcase_create("branches");

    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_set_timeout(tc, 120);
    tcase_add_loop_test(tc, branches_wander, 1, 4);
    tcase_add_test(tc, far_away);
    suite_add_tcase(suite, tc);
    return suite;
}

int main(void)
{
    return unit_main(suite());
}
