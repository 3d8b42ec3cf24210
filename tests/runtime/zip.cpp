#include "runtime/zip.h"

#include <boost/test/unit_test.hpp>

#include "tests/runtime/support.h"

using namespace lithe;
using namespace lithe::tests;

namespace {

std::string join(const std::vector<std::span<const std::byte>>& pieces) {
    std::string text;
    for (std::span<const std::byte> piece : pieces) text.append(text_of(piece));
    return text;
}

std::string small_zip(uint64_t zip64_from = 0xFFFFFFFF) {
    ZipWriter writer(64, zip64_from);
    writer.add("a/b", bytes_of("hello"));
    writer.add("empty", {});
    return join(writer.finish());
}

std::string read_error(const std::string& archive) {
    const ExactCopy copy(archive);
    return message_of([&] {
        for (const ZipEntry& entry : read_zip(copy.bytes(), "w: ")) check_crc32(entry, "w: ");
    });
}

/// The archive with the number at `offset` replaced.
template <typename Number>
std::string patched(std::string archive, size_t offset, Number number) {
    std::memcpy(archive.data() + offset, &number, sizeof(number));
    return archive;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(runtime_zip)

BOOST_AUTO_TEST_CASE(crc32_is_the_known_one) {
    BOOST_CHECK_EQUAL(crc32(bytes_of("")), 0);
    BOOST_CHECK_EQUAL(crc32(bytes_of("123456789")), 0xCBF43926);
    BOOST_CHECK_EQUAL(crc32(bytes_of("6789"), crc32(bytes_of("12345"))), 0xCBF43926);
}

BOOST_AUTO_TEST_CASE(what_was_written_is_read) {
    for (uint64_t zip64_from : {uint64_t{0xFFFFFFFF}, uint64_t{100}, uint64_t{5}, uint64_t{0}}) {
        const std::string archive = small_zip(zip64_from);
        const std::vector<ZipEntry> entries = read_zip(bytes_of(archive), "");
        BOOST_REQUIRE_EQUAL(entries.size(), 2);
        BOOST_CHECK_EQUAL(entries[0].name, "a/b");
        BOOST_CHECK_EQUAL(text_of(entries[0].data), "hello");
        BOOST_CHECK_EQUAL(entries[1].name, "empty");
        BOOST_CHECK_EQUAL(entries[1].data.size(), 0);
        for (const ZipEntry& entry : entries) {
            const char* data = reinterpret_cast<const char*>(entry.data.data());
            BOOST_CHECK_EQUAL((data - archive.data()) % 64, 0);
            BOOST_CHECK_NO_THROW(check_crc32(entry, ""));
        }
    }
    BOOST_CHECK(small_zip() == small_zip());
    BOOST_CHECK(small_zip() != small_zip(0));
}

BOOST_AUTO_TEST_CASE(no_files_is_an_archive_too) {
    ZipWriter writer;
    const std::string archive = join(writer.finish());
    BOOST_CHECK_EQUAL(archive.size(), 22);
    BOOST_CHECK(read_zip(bytes_of(archive), "").empty());
}

BOOST_AUTO_TEST_CASE(a_comment_may_follow) {
    std::string archive = patched<uint16_t>(small_zip(), small_zip().size() - 2, 3);
    BOOST_CHECK_EQUAL(read_error(archive + "abc"), "no error");
}

BOOST_AUTO_TEST_CASE(damage_is_refused) {
    const std::string good = small_zip();
    const size_t end = good.size() - 22;
    const size_t directory = good.find("PK\x01\x02");
    BOOST_CHECK_EQUAL(read_error(""),
                      "w: no end of a zip archive in the file's 0 bytes [zip.format]");
    BOOST_CHECK_EQUAL(read_error(good.substr(0, good.size() - 1)),
                      "w: no end of a zip archive in the file's 249 bytes [zip.format]");
    BOOST_CHECK_EQUAL(read_error(patched<uint32_t>(good, end + 16, 200)),
                      "w: the zip directory at byte 200 with 100 bytes ends beyond byte 228 "
                      "[zip.format]");
    BOOST_CHECK_EQUAL(read_error(patched<uint16_t>(good, end + 10, 9)),
                      "w: the zip directory of 100 bytes is too small for its number of files "
                      "[zip.format]");
    BOOST_CHECK_EQUAL(read_error(patched<uint32_t>(good, end + 16, 0xFFFFFFFF)),
                      "w: no zip64 end locator at byte 208 [zip.format]");
    BOOST_CHECK_EQUAL(read_error(patched<uint32_t>(good, directory, 7)),
                      "w: no zip directory entry at byte 128 [zip.format]");
    BOOST_CHECK_EQUAL(read_error(patched<uint32_t>(good, directory + 42, 1)),
                      "w: no zip file header at byte 1 [zip.format]");
    BOOST_CHECK_EQUAL(read_error(patched<uint16_t>(good, directory + 28, 0xFFFF)),
                      "w: zip directory entry at byte 174 with 65535 bytes ends beyond byte 228 "
                      "[zip.format]");
    BOOST_CHECK_EQUAL(
        read_error(patched(patched<uint32_t>(good, directory + 24, 400), directory + 20, 400)),
        "w: 'a/b' at byte 64 with 400 bytes ends beyond byte 250 [zip.format]");
    BOOST_CHECK_EQUAL(read_error(patched(good, 30, 'x')),
                      "w: the zip file 'a/b' has another name at its data [zip.format]");
    BOOST_CHECK_EQUAL(read_error(patched(good, 64, 'H')),
                      "w: the zip file 'a/b' is damaged: its CRC-32 is 4157704578 instead of "
                      "907060870 [zip.crc32]");
}

BOOST_AUTO_TEST_CASE(compressed_and_encrypted_files_are_refused) {
    const std::string good = small_zip();
    const size_t directory = good.find("PK\x01\x02");
    BOOST_CHECK_EQUAL(read_error(patched<uint16_t>(good, directory + 10, 8)),
                      "w: the zip file 'a/b' is compressed, only stored ones can be read "
                      "[zip.compressed]");
    BOOST_CHECK_EQUAL(read_error(patched<uint16_t>(good, directory + 8, 1)),
                      "w: the zip file 'a/b' is encrypted [zip.compressed]");
}

BOOST_AUTO_TEST_CASE(names_that_come_twice_are_refused) {
    ZipWriter writer;
    writer.add("a", {});
    writer.add("a", {});
    BOOST_CHECK_EQUAL(read_error(join(writer.finish())),
                      "w: the zip file 'a' comes twice [zip.duplicate_name]");
}

BOOST_AUTO_TEST_CASE(every_truncation_is_refused) {
    for (uint64_t zip64_from : {uint64_t{0xFFFFFFFF}, uint64_t{0}}) {
        const std::string good = small_zip(zip64_from);
        for (size_t size = 0; size < good.size(); ++size) {
            BOOST_CHECK_MESSAGE(read_error(good.substr(0, size)) != "no error", "cut to " << size);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
