#include "runtime/file.h"

#include <sys/resource.h>
#include <sys/stat.h>

#include <boost/test/unit_test.hpp>
#include <csignal>
#include <thread>

#include "tests/runtime/support.h"

using namespace lithe;
using namespace lithe::tests;

BOOST_AUTO_TEST_SUITE(runtime_file)

BOOST_AUTO_TEST_CASE(what_was_written_is_read) {
    const TemporaryFolder folder;
    const std::string path = folder / "a";
    for (const std::string& text : {std::string(), std::string("x"), std::string(100'000, 'y')}) {
        write_file(path, bytes_of(text));
        BOOST_CHECK(text_of(MappedFile::open(path).bytes()) == text);
        BOOST_CHECK(text_of(MappedFile::read(path).bytes()) == text);
    }
    BOOST_CHECK_EQUAL(folder.file_count(), 1);
}

BOOST_AUTO_TEST_CASE(pieces_are_joined) {
    const TemporaryFolder folder;
    const std::span<const std::byte> pieces[] = {bytes_of("ab"), bytes_of(""), bytes_of("c")};
    write_file(folder / "a", pieces);
    BOOST_CHECK_EQUAL(read_text(folder / "a"), "abc");
}

BOOST_AUTO_TEST_CASE(data_are_aligned_and_survive_moves) {
    const TemporaryFolder folder;
    write_file(folder / "a", bytes_of("abc"));
    for (auto* open : {MappedFile::open, MappedFile::read}) {
        MappedFile first = open(folder / "a");
        const std::byte* data = first.bytes().data();
        BOOST_CHECK_EQUAL(reinterpret_cast<uintptr_t>(data) % 64, 0);
        MappedFile second = std::move(first);
        BOOST_CHECK(second.bytes().data() == data);
        BOOST_CHECK(first.bytes().empty());
        first = std::move(second);
        BOOST_CHECK_EQUAL(text_of(first.bytes()), "abc");
    }
}

BOOST_AUTO_TEST_CASE(a_pipe_is_read_to_its_end) {
    const TemporaryFolder folder;
    const std::string path = folder / "pipe";
    BOOST_REQUIRE_EQUAL(::mkfifo(path.c_str(), 0600), 0);
    const std::string text(300'000, 'z');
    std::thread writer([&] { write_file(path, bytes_of(text)); });
    const MappedFile file = MappedFile::open(path);
    writer.join();
    BOOST_CHECK(text_of(file.bytes()) == text);
    BOOST_CHECK(std::filesystem::is_fifo(path));  // written to, not replaced
}

BOOST_AUTO_TEST_CASE(an_open_file_keeps_its_content) {
    const TemporaryFolder folder;
    write_file(folder / "a", bytes_of("old"));
    const MappedFile old = MappedFile::open(folder / "a");
    write_file(folder / "a", bytes_of("new text"));
    BOOST_CHECK_EQUAL(text_of(old.bytes()), "old");
    BOOST_CHECK_EQUAL(read_text(folder / "a"), "new text");
}

BOOST_AUTO_TEST_CASE(mode_and_symbolic_link_are_kept) {
    const TemporaryFolder folder;
    write_file(folder / "a", bytes_of("old"));
    ::chmod((folder / "a").c_str(), 0640);
    std::filesystem::create_symlink("a", folder / "link");
    write_file(folder / "link", bytes_of("new"));
    BOOST_CHECK_EQUAL(read_text(folder / "a"), "new");
    BOOST_CHECK(std::filesystem::is_symlink(folder / "link"));
    struct stat status;
    BOOST_REQUIRE_EQUAL(::stat((folder / "a").c_str(), &status), 0);
    BOOST_CHECK_EQUAL(status.st_mode & 07777, 0640);
}

BOOST_AUTO_TEST_CASE(errors_name_the_file_and_the_cause) {
    const TemporaryFolder folder;
    const std::string path = folder / "none/a";
    BOOST_CHECK_EQUAL(message_of([&] { MappedFile::open(path); }),
                      "file: cannot open '" + path + "': No such file or directory [file.open]");
    BOOST_CHECK_EQUAL(message_of([&] { MappedFile::open(folder / ""); }),
                      "file: cannot read '" + (folder / "") + "': Is a directory [file.read]");
    BOOST_CHECK_EQUAL(
        message_of([&] { write_file(path, bytes_of("x")); }),
        "file: cannot create a file beside '" + path + "': No such file or directory [file.write]");
    BOOST_CHECK_EQUAL(message_of([&] { write_file(folder / "", bytes_of("x")); }),
                      "file: cannot write '" + (folder / "") + "': Is a directory [file.write]");
    BOOST_CHECK_EQUAL(folder.file_count(), 0);
}

BOOST_AUTO_TEST_CASE(a_failed_write_leaves_the_old_file) {
    const TemporaryFolder folder;
    const std::string path = folder / "a";
    write_file(path, bytes_of("old"));

    // A limit on the size of files stands for a full disk.
    rlimit old_limit;
    BOOST_REQUIRE_EQUAL(::getrlimit(RLIMIT_FSIZE, &old_limit), 0);
    const rlimit low_limit = {10, old_limit.rlim_max};
    const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
    ::setrlimit(RLIMIT_FSIZE, &low_limit);
    const std::string message =
        message_of([&] { write_file(path, bytes_of("more than ten bytes")); });
    ::setrlimit(RLIMIT_FSIZE, &old_limit);
    std::signal(SIGXFSZ, old_handler);

    BOOST_CHECK_EQUAL(message, "file: cannot write '" + path + "': File too large [file.write]");
    BOOST_CHECK_EQUAL(read_text(path), "old");
    BOOST_CHECK_EQUAL(folder.file_count(), 1);
}

BOOST_AUTO_TEST_CASE(a_device_is_written_to_and_stays) {
    BOOST_CHECK_EQUAL(message_of([&] { write_file("/dev/full", bytes_of("x")); }),
                      "file: cannot write '/dev/full': No space left on device [file.write]");
    BOOST_CHECK(std::filesystem::is_character_file("/dev/full"));
}

BOOST_AUTO_TEST_SUITE_END()
