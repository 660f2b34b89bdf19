/* test_event_xml.c - events that others exported as XML: shapes, encodings, damage, limits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/utf16.h"
#include "evtx_run.h"

#define NS "xmlns='http://schemas.microsoft.com/win/2004/08/events/event'"
#define SYSTEM(id)                                                                                 \
    "<System><Provider Name='P' Guid='{1}'/><EventID Qualifiers='0'>" id "</EventID>"              \
    "<Level>4</Level><TimeCreated SystemTime='2026-03-02T08:01:02.1234567Z'/>"                     \
    "<EventRecordID>" id "1</EventRecordID><Correlation/><Channel>Security</Channel>"              \
    "<Computer>PC</Computer><Security/></System>"
#define DATA(value) "<EventData><Data Name='A'>" value "</Data></EventData>"
#define EVENT(id, value) "<Event " NS ">" SYSTEM(id) DATA(value) "</Event>"

static int run(struct evtx_run *t, struct slice xml)
{
    int rc = evtx_run_bytes(t, &decoder_xml, xml, NULL);

    if (rc == EV_OK)
        assert_true(evtx_run_adds_up(&t->counts));
    return rc;
}

static void event_gives_system_and_data(void **state)
{
    struct evtx_run *t = *state;

    assert_int_equal(run(t, SLICE(EVENT("4688", "x &amp; &#x41;&quot;"))), EV_OK);
    assert_true(evtx_run_has(&t->events, "event 4688 level 4 version 0 active\n"
                                         "0 Provider_Name=P\n"
                                         "0 Provider_Guid={1}\n"
                                         "0 EventID_Qualifiers=0\n"
                                         "0 EventID=4688\n"
                                         "0 Level=4\n"
                                         "0 TimeCreated_SystemTime=2026-03-02T08:01:02.1234567Z\n"
                                         "0 EventRecordID=46881\n"
                                         "0 Channel=Security\n"
                                         "0 Computer=PC\n"
                                         "1 A=x & A\"\n"));
    assert_int_equal(t->record_id, 46881);
    assert_true(t->time_created > 0);
}

static void events_come_wrapped_bare_and_as_several_documents(void **state)
{
    struct evtx_run *t = *state;

    assert_int_equal(
        run(t, SLICE("<?xml version='1.0' encoding='utf-8' standalone='yes'?>\r\n<Events>" EVENT(
                   "1", "a") EVENT("2", "b") "</Events>\n")),
        EV_OK);
    assert_int_equal(t->counts.events, 2);
    assert_int_equal(run(t, SLICE(EVENT("1", "a") "\n" EVENT("2", "b"))), EV_OK);
    assert_int_equal(t->counts.events, 2);
    assert_int_equal(run(t, SLICE("Record 1\n<?xml version='1.0'?>\n" EVENT(
                                "1", "a") "\nRecord 2\n<?xml version='1.0'?>\n" EVENT("2", "b"))),
                     EV_OK);
    assert_int_equal(t->counts.events, 2);
    assert_true(evtx_run_has(&t->events, "\n1 A=b\n"));
    assert_int_equal(t->place.offset, 6); /* its line */
}

static void utf16_is_read_in_both_orders_with_pairs(void **state)
{
    struct evtx_run *t = *state;

    for (int i = 0; i < 4; i++) {
        struct buf b;

        buf_init(&b, LIMIT_MIB(1));
        if (i & 1)
            utf8_to_utf16(SLICE("\xef\xbb\xbf"), &b, i & 2);
        utf8_to_utf16(SLICE(EVENT("1", "gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80")), &b, i & 2);
        assert_int_equal(run(t, buf_view(&b)), EV_OK);
        assert_true(evtx_run_has(&t->events, "\n1 A=gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80\n"));
        buf_release(&b);
    }
}

/* Reads of 64 KiB cut characters and tags at every place in turn. */
static void text_may_be_cut_anywhere_by_the_reads(void **state)
{
    struct evtx_run *t = *state;

    for (size_t shift = 0; shift < 16; shift++) {
        struct buf utf8, utf16;

        buf_init(&utf8, LIMIT_MIB(1));
        buf_init(&utf16, LIMIT_MIB(1));
        buf_str(&utf8, "<Events>");
        for (size_t i = 0; i < shift; i++)
            buf_byte(&utf8, ' ');
        for (int i = 0; i < 300; i++)
            buf_str(&utf8, EVENT("7", "\xf0\x9f\x98\x80\xf0\x9f\x98\x80"));
        utf8_to_utf16(buf_view(&utf8), &utf16, shift & 1);
        assert_int_equal(run(t, buf_view(&utf8)), EV_OK);
        assert_int_equal(t->counts.events, 300);
        assert_int_equal(run(t, buf_view(&utf16)), EV_OK);
        assert_int_equal(t->counts.events, 300);
        assert_false(evtx_run_has(&t->events, "\xef\xbf\xbd"));
        buf_release(&utf8);
        buf_release(&utf16);
    }
}

static int stream(void *self, void *buf, size_t n, size_t *ret_n, struct ev_err *err)
{
    struct slice *left = self;
    struct slice part = slice_sub(*left, 0, n < 7 ? n : 7);

    (void)err;
    if (part.n > 0)
        memcpy(buf, part.p, part.n);
    *left = slice_sub(*left, part.n, left->n);
    *ret_n = part.n;
    return EV_OK;
}

static void source_without_random_access_is_streamed(void **state)
{
    static const struct source_ops ops = { .stream = stream };
    struct evtx_run *t = *state;
    struct slice left = SLICE("<Events>" EVENT("1", "a") EVENT("2", "b") "</Events>");
    struct source *src = source_new(&ops, &left, "pipe");

    assert_int_equal(evtx_run_source(t, &decoder_xml, src, NULL), EV_OK);
    assert_int_equal(t->counts.events, 2);
    source_free(src);
}

static void broken_event_is_told_and_the_next_is_read(void **state)
{
    struct evtx_run *t = *state;

    assert_int_equal(
        run(t, SLICE("<Events>\n" EVENT(
                   "1", "a") "\n"
                             "<Event " NS
                             ">" SYSTEM("2") "<EventData><Data></EventData></Event>\n" EVENT(
                                 "3", "c") "\n"
                                           "<Event " NS ">" SYSTEM("4") "<EventData>torn\n" EVENT(
                                               "5", "e") "\n"
                                                         "<Event " NS ">" SYSTEM("6"))),
        EV_OK);
    assert_int_equal(t->counts.records, 6);
    assert_int_equal(t->counts.events, 3);
    assert_int_equal(t->counts.unreadable, 3);
    assert_true(evtx_run_has(&t->events, "\n1 A=c\n"));
    assert_true(evtx_run_has(&t->events, "\n1 A=e\n"));
    assert_true(evtx_run_has(&t->findings, "event that begins in line 3: not well-formed XML: "));
    assert_true(evtx_run_has(&t->findings, "event that begins in line 5: it does not end before"));
    assert_true(evtx_run_has(&t->findings, "event that begins in line 7: the file ends inside it"));
}

static void tags_in_comments_and_cdata_are_text(void **state)
{
    struct evtx_run *t = *state;

    assert_int_equal(
        run(t, SLICE("<Event>" SYSTEM(
                   "1") "<!-- </Event> <Event><System> -->"
                        "<EventData><Data Name='A'><![CDATA[</Event><Event><System>&lt;]]>"
                        "</Data></EventData></Event>")),
        EV_OK);
    assert_int_equal(t->counts.events, 1);
    assert_true(evtx_run_has(&t->events, "\n1 A=</Event><Event><System>&lt;\n"));
}

static void element_named_event_may_be_nested(void **state)
{
    struct evtx_run *t = *state;

    assert_int_equal(
        run(t, SLICE("<Event>" SYSTEM("1") "<UserData><Event a='1'><b>2</b></Event>"
                                           "<Event/></UserData></Event>" EVENT("2", "x"))),
        EV_OK);
    assert_int_equal(t->counts.events, 2);
    assert_true(evtx_run_has(&t->events, "\n2 a=1\n2 b=2\n2 Event=\n"));
}

static void control_characters_never_lose_an_event(void **state)
{
    struct evtx_run *t = *state;

    assert_int_equal(run(t, SLICE(EVENT("1", "a\001b&#2;c&#xFFFF;d\r\ne & f &nbsp; g ]]> h"))),
                     EV_OK);
    assert_int_equal(t->counts.unreadable, 0);
    assert_true(evtx_run_has(&t->events, "\n1 A=a\001b\002c\xef\xbf\xbf"
                                         "d\r\ne & f &nbsp; g ]]> h\n"));
    assert_int_equal(
        run(t, SLICE(EVENT("1", "&#xD83D;&#xDE00;&#xD83D;\xff\xf4\x8f\xbf\xbd\xc4\x81"))), EV_OK);
    assert_true(evtx_run_has(&t->events, "\n1 A=\xf0\x9f\x98\x80\xef\xbf\xbd\xef\xbf\xbd"
                                         "\xf4\x8f\xbf\xbd\xc4\x81\n"));
}

static void attribute_values_keep_their_line_ends(void **state)
{
    struct evtx_run *t = *state;

    assert_int_equal(
        run(t, SLICE("<Event>" SYSTEM("1") "<UserData><x a='1\r\n\t2 &lt; \"'\r\nb=''/>"
                                           "</UserData></Event>")),
        EV_OK);
    assert_true(evtx_run_has(&t->events, "\n2 a=1\r\n\t2 < \"\n2 b=\n"));
    assert_false(evtx_run_has(&t->events, "2 x="));
}

static void indentation_is_no_text(void **state)
{
    struct evtx_run *t = *state;

    assert_int_equal(
        run(t, SLICE("<Event>\r\n  <System>\r\n    <EventID>1</EventID>\r\n  </System>\r\n"
                     "  <EventData>\r\n    <Data Name='A'> </Data>\r\n  </EventData>\r\n"
                     "  <UserData>\r\n    <B>\r\n      <C>1</C>\r\n    </B>\r\n"
                     "  </UserData>\r\n</Event>")),
        EV_OK);
    assert_true(evtx_run_has(&t->events, "active\n0 EventID=1\n1 A= \n2 C=1\n"));
    assert_int_equal(t->counts.events, 1);
}

static void markup_inside_data_is_the_value(void **state)
{
    struct evtx_run *t = *state;

    assert_int_equal(
        run(t, SLICE("<Event>" SYSTEM(
                   "1") "<EventData><Data Name='A'>\r\n  <s:E x='\"'>\r\n"
                        "    <b>1 &lt; 2</b>\r\n    <c/>\r\n  </s:E>\r\n</Data></EventData>"
                        "</Event>")),
        EV_OK);
    assert_true(evtx_run_has(&t->events, "\n1 A=<s:E x=\"&quot;\"><b>1 &lt; 2</b><c/></s:E>\n"));
}

static void names_repeat_and_empty_values_stay(void **state)
{
    struct evtx_run *t = *state;

    assert_int_equal(
        run(t, SLICE("<Event>" SYSTEM("1") "<EventData><Data Name='G'>1</Data>"
                                           "<Data Name='G'/><Data/><Data></Data><Other>o</Other>"
                                           "</EventData></Event>")),
        EV_OK);
    assert_true(evtx_run_has(&t->events, "\n1 G=1\n1 G=\n1 Data=\n1 Data=\n1 Other=o\n"));
}

static void hex_and_times_stay_as_they_are(void **state)
{
    struct evtx_run *t = *state;

    assert_int_equal(run(t, SLICE(EVENT("1", "0x000003e7"))), EV_OK);
    assert_true(evtx_run_has(&t->events, "\n1 A=0x000003e7\n"));
}

static void entities_are_never_declared(void **state)
{
    struct evtx_run *t = *state;

    assert_int_equal(
        run(t, SLICE("<?xml version='1.0'?><Events><!DOCTYPE e [<!ENTITY x 'boom'>]>" EVENT(
                   "1", "&x;") "</Events>")),
        EV_OK);
    assert_true(evtx_run_has(&t->events, "\n1 A=&x;\n"));
    assert_int_equal(
        run(t, SLICE("<Event><!DOCTYPE e [<!ENTITY x 'boom'>]>" SYSTEM("1") "</Event>")), EV_OK);
    assert_int_equal(t->counts.unreadable, 1);
}

static void too_deep_nesting_is_refused(void **state)
{
    struct evtx_run *t = *state;
    struct buf b;

    buf_init(&b, LIMIT_MIB(1));
    buf_str(&b, "<Event><UserData>");
    for (int i = 0; i < 2 * LIMIT_XML_DEPTH; i++)
        buf_str(&b, "<a>");
    buf_str(&b, "</Event>" EVENT("2", "x"));
    assert_int_equal(run(t, buf_view(&b)), EV_OK);
    assert_int_equal(t->counts.unreadable, 1);
    assert_int_equal(t->counts.events, 1);
    assert_true(evtx_run_has(&t->findings, "elements are nested too deep"));
    buf_release(&b);
}

static void too_large_an_event_is_refused_and_the_next_is_read(void **state)
{
    struct evtx_run *t = *state;
    struct buf b;

    buf_init(&b, LIMIT_MIB(64));
    buf_str(&b, "<Events><Event>" SYSTEM("1") "<EventData><Data Name='A'>");
    for (size_t i = 0; i < 3 * LIMIT_EVENT_XML / 64; i++)
        buf_str(&b, "0123456789012345678901234567890123456789012345678901234567890123");
    buf_str(&b, "</Data></EventData></Event>" EVENT("2", "x") "</Events>");
    assert_int_equal(run(t, buf_view(&b)), EV_OK);
    assert_int_equal(t->counts.unreadable, 1);
    assert_int_equal(t->counts.events, 1);
    assert_true(evtx_run_has(&t->findings, "it is too large"));
    buf_release(&b);
}

static void too_many_fields_are_cut_and_told(void **state)
{
    struct evtx_run *t = *state;
    struct buf b;

    buf_init(&b, LIMIT_MIB(4));
    buf_str(&b, "<Event><EventData>");
    for (int i = 0; i < LIMIT_EVENT_FIELDS + 5; i++)
        buf_str(&b, "<Data>1</Data>");
    buf_str(&b, "</EventData></Event>");
    assert_int_equal(run(t, buf_view(&b)), EV_OK);
    assert_int_equal(t->counts.events, 1);
    assert_true(t->cut);
    assert_int_equal(t->counts.finding[FINDING_LIMIT], 1);
    buf_release(&b);
}

static void what_is_no_event_xml_is_refused(void **state)
{
    struct evtx_run *t = *state;
    struct ev_err err;

    assert_int_equal(evtx_run_bytes(t, &decoder_xml, SLICE("<html></html>"), &err), EV_EFORMAT);
    assert_non_null(strstr(err.text, "does not begin with <Event>"));
    assert_int_equal(
        evtx_run_bytes(t, &decoder_xml,
                       SLICE("<?xml version='1.0' encoding = \"windows-1252\"?><Events>"), &err),
        EV_EUNSUPPORTED);
    assert_non_null(strstr(err.text, "windows-1252"));
    assert_int_equal(run(t, SLICE("<Events/>")), EV_OK);
    assert_int_equal(t->counts.records, 0);
}

static void filter_and_visitor_are_obeyed(void **state)
{
    struct evtx_run *t = *state;

    t->want_id = 2;
    assert_int_equal(run(t, SLICE(EVENT("1", "a") EVENT("2", "b"))), EV_OK);
    t->want_id = 0;
    assert_int_equal(t->counts.skipped, 1);
    assert_int_equal(t->counts.events, 1);
    t->fail_after = 1;
    assert_int_equal(run(t, SLICE(EVENT("1", "a") EVENT("2", "b"))), EV_EINTR);
    t->fail_after = 0;
    assert_int_equal(t->happened, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(event_gives_system_and_data),
        cmocka_unit_test(events_come_wrapped_bare_and_as_several_documents),
        cmocka_unit_test(utf16_is_read_in_both_orders_with_pairs),
        cmocka_unit_test(text_may_be_cut_anywhere_by_the_reads),
        cmocka_unit_test(source_without_random_access_is_streamed),
        cmocka_unit_test(broken_event_is_told_and_the_next_is_read),
        cmocka_unit_test(tags_in_comments_and_cdata_are_text),
        cmocka_unit_test(element_named_event_may_be_nested),
        cmocka_unit_test(control_characters_never_lose_an_event),
        cmocka_unit_test(attribute_values_keep_their_line_ends),
        cmocka_unit_test(indentation_is_no_text),
        cmocka_unit_test(markup_inside_data_is_the_value),
        cmocka_unit_test(names_repeat_and_empty_values_stay),
        cmocka_unit_test(hex_and_times_stay_as_they_are),
        cmocka_unit_test(entities_are_never_declared),
        cmocka_unit_test(too_deep_nesting_is_refused),
        cmocka_unit_test(too_large_an_event_is_refused_and_the_next_is_read),
        cmocka_unit_test(too_many_fields_are_cut_and_told),
        cmocka_unit_test(what_is_no_event_xml_is_refused),
        cmocka_unit_test(filter_and_visitor_are_obeyed),
    };

    return cmocka_run_group_tests_name("event_xml", tests, evtx_run_setup, evtx_run_teardown);
}
