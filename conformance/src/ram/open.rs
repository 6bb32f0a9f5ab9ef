//! A stream and the channels beside it, opened as often as they are read.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use vmsd_schema::{Error, ErrorKind};

use super::resent::Surveyed;
use crate::files::container::multifd::channels_beside;
use crate::files::container::{Content, Options};
use crate::files::input::{Input, STDIN};
use crate::reading::outline::Outline;
use crate::reading::walk::{Stop, Walk};

/// A file and what lies beside it: enough to read it more than once.
#[derive(Clone, Debug)]
pub struct Opener {
    /// The file with the main channel.
    pub path: PathBuf,
    /// Where in it the stream is.
    pub options: Options,
    /// The target's page size, where the user says so.
    pub page_size: Option<u64>,
    /// Further channels. Where none are given, those beside the file are taken.
    pub channels: Vec<PathBuf>,
}

/// A stream with all its channels, at their start.
pub(super) struct Streams {
    pub(super) walk: Walk,
    pub(super) channels: Vec<(String, Box<dyn Read + Send>)>,
    /// Whether memory is where offsets say, not where it comes in order.
    pub(super) mapped: bool,
    /// What a first reading found, where there was one.
    pub(super) surveyed: Option<Surveyed>,
}

impl Opener {
    /// Whether it can be opened again.
    pub(super) fn is_file(&self) -> bool {
        self.path != Path::new(STDIN) && self.path.is_file()
    }

    pub(super) fn open(&self) -> Result<Streams, Stop> {
        let mut input = Input::open_with(&self.path, &self.options).map_err(Stop::Input)?;
        if input.content != Content::Stream {
            let message = "a multifd channel, which belongs beside the stream of its main channel";
            return Err(Stop::Stream(Error::new(ErrorKind::Unsupported, message)));
        }
        let channels = self.open_channels().map_err(Stop::Input)?;
        let mapped = input.source.has_mapped_ram().map_err(Stop::Input)?;
        let mut walk = Walk::new(input, self.page_size)?;
        if !mapped {
            walk.copy_runs();
        }
        Ok(Streams {
            walk,
            channels,
            mapped,
            surveyed: None,
        })
    }

    /// As [`Self::open`]; a file that can be read twice at little cost is, so that of each page only the last is written.
    pub(super) fn open_surveyed(&self, progress: &mut dyn FnMut(u64)) -> Result<Streams, Stop> {
        let mut streams = self.open()?;
        if streams.mapped || !streams.channels.is_empty() || !streams.walk.is_of_file() {
            return Ok(streams);
        }
        let surveyed = Surveyed::of(streams.walk, progress)?;
        streams = self.open()?;
        if surveyed.resent.is_most() {
            streams.walk.spare_memory();
        }
        streams.surveyed = Some(surveyed);
        Ok(streams)
    }

    fn open_channels(&self) -> io::Result<Vec<(String, Box<dyn Read + Send>)>> {
        let mut paths = self.channels.clone();
        if paths.is_empty() && self.is_file() {
            let beside = channels_beside(&self.path)?;
            paths = beside.into_iter().map(|(path, _)| path).collect();
        }
        let open = |path: PathBuf| {
            let name = path.display().to_string();
            let named = |error: io::Error| io::Error::new(error.kind(), format!("{name}: {error}"));
            let input = Input::open(&path).map_err(named)?;
            match input.content {
                Content::MultifdChannel(_) => Ok((name, input.source.into_read())),
                Content::Stream => Err(named(io::Error::other("is not a multifd channel"))),
            }
        };
        paths.into_iter().map(open).collect()
    }
}

impl Streams {
    /// The outline alone; pages of a mapped file are not read for it.
    pub(super) fn outline(
        mut self,
        progress: &mut dyn FnMut(u64),
    ) -> Result<(Walk, Outline), Stop> {
        let outline = Outline::of(&mut self.walk, progress)?;
        Ok((self.walk, outline))
    }
}
