// SPDX-License-Identifier: GPL-2.0-or-later
// End to end: snapshots and events in from several threads, boards out.
#include "check_main.h"

#include <math.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#include "fabricated.h"
#include "monitor/engine.h"
#include "private_folder.h"

#define PATIENCE_NS (10 * SECOND)

static struct engine *engine;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct board *latest; // under lock, like the two below
static unsigned boards, events_filed;
static char log_path[144], folder[128];

static void keep_board(void *context, struct board *board)
{
    ck_assert_ptr_eq(context, &latest);
    pthread_mutex_lock(&lock);
    struct board *older = latest;
    latest = board;
    boards++;
    pthread_mutex_unlock(&lock);
    board_unref(older);
}

static void count_event(void *context, const struct event *event)
{
    (void)context;
    pthread_mutex_lock(&lock);
    events_filed += event->host[0] != '\0';
    pthread_mutex_unlock(&lock);
}

static struct board *get_board(void)
{
    pthread_mutex_lock(&lock);
    struct board *board = board_ref(latest);
    pthread_mutex_unlock(&lock);
    return board;
}

static unsigned count_boards(void)
{
    pthread_mutex_lock(&lock);
    unsigned count = boards;
    pthread_mutex_unlock(&lock);
    return count;
}

// The first board that `ready` likes; the caller unrefs.
static struct board *wait_for(bool (*ready)(const struct board *board))
{
    uint64_t give_up_ns = clock_monotonic_ns() + PATIENCE_NS;
    while (clock_monotonic_ns() < give_up_ns) {
        struct board *board = get_board();
        if (board != NULL && ready(board))
            return board;
        board_unref(board);
        clock_sleep_ms(1);
    }
    ck_abort_msg("the board that was waited for did not come");
    return NULL;
}

static void start_engine(void)
{
    struct engine_settings settings = {.event_log_path = log_path,
                                       .tick_s = 2,
                                       .context = &latest,
                                       .publish = keep_board,
                                       .filed = count_event};
    engine = engine_create(&settings);
    engine_add_host(engine, "lab1");
    engine_add_host(engine, "lab2");
    engine_start(engine);
}

static void set_up(void)
{
    private_folder_for_test(folder, sizeof(folder));
    snprintf(log_path, sizeof(log_path), "%s/events", folder);
    boards = events_filed = 0;
    latest = NULL;
    start_engine();
}

static void tear_down(void)
{
    engine_destroy(engine);
    board_unref(latest);
}

static void put(const char *host, uint64_t at_ns, uint64_t cpu_ms)
{
    struct host_snapshot *snapshot = make_snapshot(host, 2, at_ns);
    vm_running(&snapshot->vms[0], UUID_B, 2, at_ns);
    vm_cpu(&snapshot->vms[0], 4, cpu_ms);
    vm_running(&snapshot->vms[1], UUID_A, 1, at_ns);
    vm_cpu(&snapshot->vms[1], 2, cpu_ms / 2);
    host_snapshot_freeze(snapshot);
    engine_put_snapshot(engine, snapshot);
}

static void put_job(uint64_t id, enum job_state state, const char *title)
{
    struct event *event = event_create(EVENT_JOB, "lab1");
    event->job.id = id;
    event->job.state = state;
    strcpy(event->job.host, "lab1");
    strcpy(event->job.uuid, UUID_B);
    strcpy(event->job.vm_name, "db1");
    strcpy(event->job.title, title);
    engine_put_event(engine, event);
}

static void put_connection(const char *host, enum connection_state state)
{
    struct event *event = event_create(EVENT_CONNECTION, host);
    event->connection = state;
    engine_put_event(engine, event);
}

static bool any_board(const struct board *board)
{
    return board != NULL;
}

static bool lab1_sampled(const struct board *board)
{
    return board->hosts[0].snapshot != NULL;
}

static bool lab1_has_rates(const struct board *board)
{
    return lab1_sampled(board) && board->hosts[0].vms[1].rates.cpu_percent >= 0;
}

START_TEST(hosts_are_shown_before_they_answer)
{
    struct board *board = wait_for(any_board);
    ck_assert_uint_eq(board->host_count, 2);
    ck_assert_str_eq(board->hosts[0].name, "lab1");
    ck_assert_str_eq(board->hosts[1].name, "lab2");
    ck_assert_int_eq(board->hosts[0].connection, CONNECTION_CONNECTING);
    ck_assert_ptr_null(board->hosts[0].snapshot);
    ck_assert_uint_eq(board->log_count, 0);
    ck_assert_ptr_null(board->focus);
    board_unref(board);
}
END_TEST

START_TEST(snapshots_become_rates)
{
    uint64_t now_ns = clock_monotonic_ns();
    put("lab1", now_ns - 2 * SECOND, 1000);
    board_unref(wait_for(lab1_sampled));
    put("lab1", now_ns, 4000);
    struct board *board = wait_for(lab1_has_rates);
    const struct board_host *host;
    const struct board_vm *vm;
    ck_assert(board_find(board, UUID_B, &host, &vm));
    ck_assert_str_eq(host->name, "lab1");
    ck_assert_str_eq(vm->sample->name, "db1");
    ck_assert_double_eq_tol(vm->rates.cpu_percent, 150, 1e-9);
    ck_assert_double_eq_tol(host->tick_s, 2, 1e-9);
    ck_assert(board_find(board, UUID_A, NULL, &vm));
    ck_assert_double_eq_tol(vm->rates.cpu_percent, 75, 1e-9);
    ck_assert(!board_find(board, UUID_C, NULL, NULL));
    ck_assert_ptr_nonnull(board->host_charts);
    board_unref(board);
}
END_TEST

static bool focus_is_b(const struct board *board)
{
    return board->focus != NULL && strcmp(board->focus->uuid, UUID_B) == 0;
}

START_TEST(interest_publishes_at_once)
{
    uint64_t now_ns = clock_monotonic_ns();
    put("lab2", now_ns - 2 * SECOND, 1000);
    put("lab1", now_ns - SECOND, 1000);
    board_unref(wait_for(lab1_sampled));
    clock_sleep_ms(120); // nothing is pending any more
    unsigned before = count_boards();
    clock_sleep_ms(120);
    ck_assert_uint_eq(count_boards(), before); // and nothing comes by itself
    struct interest interest = {.focus = UUID_B, .chart_window_s = 120};
    engine_set_interest(engine, &interest);
    struct board *board = wait_for(focus_is_b);
    ck_assert_uint_eq(board->focus->window_s, 120);
    ck_assert_uint_eq(board->host_charts->window_s, 120);
    ck_assert_str_eq(board->host_charts->uuid, "");
    board_unref(board);
}
END_TEST

static bool job_1_done(const struct board *board)
{
    return board->job_count == 3 && board->jobs[2].state == JOB_DONE;
}

START_TEST(jobs_mark_their_vm_and_end_in_the_log)
{
    put("lab1", clock_monotonic_ns(), 0);
    put_job(1, JOB_RUNNING, "snapshot db1 \"a\"");
    put_job(3, JOB_QUEUED, "pause db1");
    put_job(2, JOB_RUNNING, "start db1");
    put_job(1, JOB_DONE, "snapshot db1 \"a\"");
    put_job(1, JOB_RUNNING, "late news of what is over");
    put_job(1, JOB_DONE, "said twice");
    board_unref(wait_for(lab1_sampled));
    struct board *board = wait_for(job_1_done);
    ck_assert_uint_eq(board->jobs[0].id, 2); // running
    ck_assert_uint_eq(board->jobs[1].id, 3); // queued
    ck_assert_uint_eq(board->jobs[2].id, 1); // ended
    ck_assert_uint_eq(board->hosts[0].vms[1].job_id, 2);
    ck_assert_uint_eq(board->hosts[0].vms[0].job_id, 0);
    ck_assert_uint_eq(board->log_count, 1);
    ck_assert_str_eq(board->log[0].text, "snapshot db1 \"a\" done");
    board_unref(board);
}
END_TEST

static bool has_50_jobs(const struct board *board)
{
    return board->job_count == 50 && board->jobs[0].id == 60;
}

START_TEST(the_latest_finished_jobs_are_kept)
{
    for (uint64_t id = 1; id <= 60; id++)
        put_job(id, JOB_DONE, "start db1");
    struct board *board = wait_for(has_50_jobs);
    ck_assert_uint_eq(board->jobs[49].id, 11);
    ck_assert_uint_eq(board->log_count, 60);
    pthread_mutex_lock(&lock);
    ck_assert_uint_eq(events_filed, 60);
    pthread_mutex_unlock(&lock);
    board_unref(board);
}
END_TEST

static bool lab2_offline(const struct board *board)
{
    return board->hosts[1].connection == CONNECTION_OFFLINE;
}

static bool three_hosts(const struct board *board)
{
    return board->host_count == 3 && board->hosts[2].snapshot != NULL;
}

START_TEST(connections_are_marked_and_logged)
{
    put_connection("lab2", CONNECTION_ONLINE);
    for (int i = 0; i < 5; i++)
        put_connection("lab2", CONNECTION_OFFLINE);
    struct board *board = wait_for(lab2_offline);
    ck_assert_int_eq(board->hosts[0].connection, CONNECTION_CONNECTING);
    ck_assert_uint_eq(board->log_count, 1); // the first connection is no news
    ck_assert_str_eq(board->log[0].text, "connection lost");
    ck_assert_str_eq(board->log[0].host, "lab2");
    board_unref(board);
    put("unannounced", clock_monotonic_ns(), 0);
    board = wait_for(three_hosts);
    ck_assert_str_eq(board->hosts[2].name, "unannounced");
    board_unref(board);
}
END_TEST

static bool two_entries(const struct board *board)
{
    return board->log_count == 2;
}

START_TEST(the_log_outlives_the_engine)
{
    put_job(1, JOB_DONE, "start db1");
    struct event *event = event_create(EVENT_VM, "lab1");
    strcpy(event->vm_name, "db1");
    strcpy(event->text, "started");
    engine_put_event(engine, event);
    engine_destroy(engine); // at once: both are filed nevertheless
    start_engine();
    struct board *board = wait_for(two_entries);
    ck_assert_str_eq(board->log[0].text, "start db1 done");
    ck_assert_str_eq(board->log[1].text, "started");
    board_unref(board);
}
END_TEST

static void *put_many(void *argument)
{
    const char *host = argument;
    uint64_t now_ns = clock_monotonic_ns();
    for (unsigned i = 0; i < 500; i++) {
        put(host, now_ns + i * 2 * SECOND, i * 1000);
        if (i % 10 == 0)
            put_job((host[3] == '1' ? 1000 : 2000) + i % 50, JOB_RUNNING, "start db1");
        if (i % 25 == 0)
            clock_sleep_ms(10);
        struct interest interest = {.focus = UUID_B, .chart_window_s = 60 + i};
        if (i % 100 == 0)
            engine_set_interest(engine, &interest);
    }
    put(host, now_ns + 5000 * SECOND, 7654321);
    return NULL;
}

static bool both_at_their_end(const struct board *board)
{
    for (int i = 0; i < 2; i++)
        if (board->hosts[i].snapshot == NULL ||
            board->hosts[i].snapshot->vms[1].cpu_time_ns != 7654321 * MS)
            return false;
    return true;
}

// 1,002 snapshots in about 0.2 s: the last ones arrive, most of the others never make a board.
START_TEST(floods_are_folded_together)
{
    pthread_t threads[2];
    uint64_t begin_ns = clock_monotonic_ns();
    pthread_create(&threads[0], NULL, put_many, (void *)"lab1");
    pthread_create(&threads[1], NULL, put_many, (void *)"lab2");
    pthread_join(threads[0], NULL);
    pthread_join(threads[1], NULL);
    struct board *board = wait_for(both_at_their_end);
    double seconds = (double)(clock_monotonic_ns() - begin_ns) / 1e9;
    // Twenty a second, the first one, the last one, and ten for the interest.
    ck_assert_double_le(count_boards(), seconds * 20 + 12);
    ck_assert_uint_eq(board->job_count, 10);
    board_unref(board);
}
END_TEST

START_TEST(destroyed_without_a_start)
{
    struct engine_settings settings = {.tick_s = 2, .context = &latest, .publish = keep_board};
    struct engine *idle = engine_create(&settings);
    engine_add_host(idle, "lab1");
    struct event *event = event_create(EVENT_NOTICE, "lab1");
    engine_put_event(idle, event);
    engine_put_snapshot(idle, make_snapshot("lab1", 1, SECOND));
    engine_destroy(idle);
    engine_destroy(NULL);
    board_unref(NULL);
}
END_TEST

// As tests of the screen make them: every array an allocation of its own.
START_TEST(boards_made_by_hand_are_freed)
{
    struct board *board = board_create();
    board->hosts = memory_array(1, sizeof(*board->hosts));
    board->host_count = 1;
    struct board_host *host = &board->hosts[0];
    host->snapshot = make_snapshot("lab1", 1, SECOND);
    vm_running(&host->snapshot->vms[0], UUID_A, 1, SECOND);
    host->vms = memory_array(1, sizeof(*host->vms));
    host->vms[0].sample = &host->snapshot->vms[0];
    host->vms[0].rates.vcpus = memory_array(4, sizeof(struct vcpu_rates));
    host->vms[0].rates.disks = memory_array(1, sizeof(struct disk_rates));
    host->vms[0].rates.nics = memory_array(1, sizeof(struct nic_rates));
    host->alerts = memory_array(1, sizeof(*host->alerts));
    board->jobs = memory_array(1, sizeof(*board->jobs));
    board->log = memory_array(1, sizeof(*board->log));
    board->focus = memory_alloc(sizeof(*board->focus));
    board->host_charts = memory_alloc(sizeof(*board->host_charts));
    ck_assert(board_find(board, UUID_A, NULL, NULL));
    ck_assert_ptr_eq(board_ref(board), board);
    board_unref(board);
    board_unref(board);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("engine");
    TCase *tests = tcase_create("engine");
    tcase_add_unchecked_fixture(tests, private_folder_make, private_folder_remove);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, hosts_are_shown_before_they_answer);
    tcase_add_test(tests, snapshots_become_rates);
    tcase_add_test(tests, interest_publishes_at_once);
    tcase_add_test(tests, jobs_mark_their_vm_and_end_in_the_log);
    tcase_add_test(tests, the_latest_finished_jobs_are_kept);
    tcase_add_test(tests, connections_are_marked_and_logged);
    tcase_add_test(tests, the_log_outlives_the_engine);
    tcase_add_test(tests, floods_are_folded_together);
    suite_add_tcase(suite, tests);
    TCase *alone = tcase_create("alone");
    tcase_add_test(alone, destroyed_without_a_start);
    tcase_add_test(alone, boards_made_by_hand_are_freed);
    suite_add_tcase(suite, alone);
    return check_main(suite);
}
