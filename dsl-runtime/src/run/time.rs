//! The time of day, as text.

use std::time::SystemTime;

/// The time as `2026-11-29 22:10:51 UTC`.
pub(super) fn now() -> String {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    utc(since.unwrap_or_default().as_secs())
}

/// So many seconds after the beginning of 1970.
fn utc(seconds: u64) -> String {
    let (days, seconds) = (seconds / 86_400, seconds % 86_400);
    // In years that begin with March, whose extra day is their last; from 0000-03-01 on.
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    // Five months in a row have 153 days.
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 {
        (month + 3, 0)
    } else {
        (month - 9, 1)
    };
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    format!(
        "{:04}-{month:02}-{day:02} {hours:02}:{minutes:02}:{:02} UTC",
        400 * era + year + next,
        seconds % 60
    )
}

#[cfg(test)]
mod tests {
    use super::utc;

    /// As `date --utc --date=@…` says.
    #[test]
    fn dates_are_those_of_the_calendar() {
        for (seconds, text) in [
            (0, "1970-01-01 00:00:00 UTC"),
            (951_782_399, "2000-02-28 23:59:59 UTC"),
            (951_782_400, "2000-02-29 00:00:00 UTC"),
            (951_868_800, "2000-03-01 00:00:00 UTC"),
            (4_107_542_400, "2100-03-01 00:00:00 UTC"),
            (1_796_000_000, "2026-11-30 00:53:20 UTC"),
            (1_735_689_599, "2024-12-31 23:59:59 UTC"),
        ] {
            assert_eq!(utc(seconds), text);
        }
    }
}
