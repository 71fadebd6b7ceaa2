//! The Chinook database as derived models, by the names that its scripts for SQLite and MySQL have.
//!
//! The scripts' columns of a date and a time say no zone. Here they are read as moments in UTC, and in the documents of
//! `schemas` as what they are.
#![expect(missing_docs, reason = "the fields say by their names what they are")]

use relata::{Instant, ModelView, prelude::*};
use rust_decimal::Decimal;

/// A record of an artist.
#[derive(Model, Debug, Clone)]
#[model(table = "Album", index(artist_id))]
pub struct Album {
    #[key(auto)]
    #[column(name = "AlbumId")]
    pub album_id: i32,
    #[column(name = "Title", type = "string(160)")]
    pub title: String,
    #[column(name = "ArtistId")]
    pub artist_id: i32,
    #[belongs_to(key = artist_id)]
    pub artist: One<Artist>,
    #[has_many(key = album_id)]
    pub tracks: Many<Track>,
}

/// Who made albums; some made none.
#[derive(Model, Debug, Clone)]
#[model(table = "Artist")]
pub struct Artist {
    #[key(auto)]
    #[column(name = "ArtistId")]
    pub artist_id: i32,
    #[column(name = "Name", type = "string(120)")]
    pub name: Option<String>,
    #[has_many(key = artist_id)]
    pub albums: Many<Album>,
}

/// Who buys; an employee helps.
#[derive(Model, Debug, Clone)]
#[model(table = "Customer", index(support_rep_id))]
pub struct Customer {
    #[key(auto)]
    #[column(name = "CustomerId")]
    pub customer_id: i32,
    #[column(name = "FirstName", type = "string(40)")]
    pub first_name: String,
    #[column(name = "LastName", type = "string(20)")]
    pub last_name: String,
    #[column(name = "Company", type = "string(80)")]
    pub company: Option<String>,
    #[column(name = "Address", type = "string(70)")]
    pub address: Option<String>,
    #[column(name = "City", type = "string(40)")]
    pub city: Option<String>,
    #[column(name = "State", type = "string(40)")]
    pub state: Option<String>,
    #[column(name = "Country", type = "string(40)")]
    pub country: Option<String>,
    #[column(name = "PostalCode", type = "string(10)")]
    pub postal_code: Option<String>,
    #[column(name = "Phone", type = "string(24)")]
    pub phone: Option<String>,
    #[column(name = "Fax", type = "string(24)")]
    pub fax: Option<String>,
    #[column(name = "Email", type = "string(60)")]
    pub email: String,
    #[column(name = "SupportRepId")]
    pub support_rep_id: Option<i32>,
    #[belongs_to(key = support_rep_id)]
    pub support_rep: One<Employee>,
    #[has_many(key = customer_id)]
    pub invoices: Many<Invoice>,
    #[has_one(key = customer_id)]
    pub latest_invoice: One<Invoice>,
}

/// Reports to another, but for one.
#[derive(Model, Debug, Clone)]
#[model(table = "Employee", index(reports_to))]
pub struct Employee {
    #[key(auto)]
    #[column(name = "EmployeeId")]
    pub employee_id: i32,
    #[column(name = "LastName", type = "string(20)")]
    pub last_name: String,
    #[column(name = "FirstName", type = "string(20)")]
    pub first_name: String,
    #[column(name = "Title", type = "string(30)")]
    pub title: Option<String>,
    #[column(name = "ReportsTo")]
    pub reports_to: Option<i32>,
    #[column(name = "BirthDate", type = "timestamp(0)")]
    pub birth_date: Option<Instant>,
    #[column(name = "HireDate", type = "timestamp(0)")]
    pub hire_date: Option<Instant>,
    #[column(name = "Address", type = "string(70)")]
    pub address: Option<String>,
    #[column(name = "City", type = "string(40)")]
    pub city: Option<String>,
    #[column(name = "State", type = "string(40)")]
    pub state: Option<String>,
    #[column(name = "Country", type = "string(40)")]
    pub country: Option<String>,
    #[column(name = "PostalCode", type = "string(10)")]
    pub postal_code: Option<String>,
    #[column(name = "Phone", type = "string(24)")]
    pub phone: Option<String>,
    #[column(name = "Fax", type = "string(24)")]
    pub fax: Option<String>,
    #[column(name = "Email", type = "string(60)")]
    pub email: Option<String>,
    #[belongs_to(key = reports_to)]
    pub manager: One<Employee>,
    #[has_many(key = reports_to)]
    pub reports: Many<Employee>,
    #[has_many(key = support_rep_id)]
    pub customers: Many<Customer>,
}

/// What kind of music a track is.
#[derive(Model, Debug, Clone)]
#[model(table = "Genre")]
pub struct Genre {
    #[key(auto)]
    #[column(name = "GenreId")]
    pub genre_id: i32,
    #[column(name = "Name", type = "string(120)")]
    pub name: Option<String>,
    #[has_many(key = genre_id)]
    pub tracks: Many<Track>,
}

/// What a customer has bought at one time.
#[derive(Model, Debug, Clone)]
#[model(table = "Invoice", index(customer_id))]
pub struct Invoice {
    #[key(auto)]
    #[column(name = "InvoiceId")]
    pub invoice_id: i32,
    #[column(name = "CustomerId")]
    pub customer_id: i32,
    #[column(name = "InvoiceDate", type = "timestamp(0)")]
    pub invoice_date: Instant,
    #[column(name = "BillingAddress", type = "string(70)")]
    pub billing_address: Option<String>,
    #[column(name = "BillingCity", type = "string(40)")]
    pub billing_city: Option<String>,
    #[column(name = "BillingState", type = "string(40)")]
    pub billing_state: Option<String>,
    #[column(name = "BillingCountry", type = "string(40)")]
    pub billing_country: Option<String>,
    #[column(name = "BillingPostalCode", type = "string(10)")]
    pub billing_postal_code: Option<String>,
    #[column(name = "Total", type = "decimal(10,2)")]
    pub total: Decimal,
    #[belongs_to(key = customer_id)]
    pub customer: One<Customer>,
    #[has_many(key = invoice_id)]
    pub lines: Many<InvoiceLine>,
    #[belongs_to_many(through = InvoiceLine, key = invoice_id, other_key = track_id)]
    pub tracks: Many<Track>,
}

/// A track on an invoice: also the junction of the two.
#[derive(Model, Debug, Clone)]
#[model(table = "InvoiceLine", index(invoice_id), index(track_id))]
pub struct InvoiceLine {
    #[key(auto)]
    #[column(name = "InvoiceLineId")]
    pub invoice_line_id: i32,
    #[column(name = "InvoiceId")]
    pub invoice_id: i32,
    #[column(name = "TrackId")]
    pub track_id: i32,
    #[column(name = "UnitPrice", type = "decimal(10,2)")]
    pub unit_price: Decimal,
    #[column(name = "Quantity")]
    pub quantity: i32,
    #[belongs_to(key = invoice_id)]
    pub invoice: One<Invoice>,
    #[belongs_to(key = track_id)]
    pub track: One<Track>,
}

/// What kind of file a track is.
#[derive(Model, Debug, Clone)]
#[model(table = "MediaType")]
pub struct MediaType {
    #[key(auto)]
    #[column(name = "MediaTypeId")]
    pub media_type_id: i32,
    #[column(name = "Name", type = "string(120)")]
    pub name: Option<String>,
    #[has_many(key = media_type_id)]
    pub tracks: Many<Track>,
}

/// A list of tracks, of which some are empty.
#[derive(Model, Debug, Clone)]
#[model(table = "Playlist")]
pub struct Playlist {
    #[key(auto)]
    #[column(name = "PlaylistId")]
    pub playlist_id: i32,
    #[column(name = "Name", type = "string(120)")]
    pub name: Option<String>,
    #[has_many(key = playlist_id)]
    pub playlist_tracks: Many<PlaylistTrack>,
    #[belongs_to_many(through = PlaylistTrack, key = playlist_id, other_key = track_id)]
    pub tracks: Many<Track>,
}

/// The junction of playlists and tracks.
#[derive(Model, Debug, Clone)]
#[model(table = "PlaylistTrack", index(playlist_id), index(track_id))]
pub struct PlaylistTrack {
    #[key]
    #[column(name = "PlaylistId")]
    pub playlist_id: i32,
    #[key]
    #[column(name = "TrackId")]
    pub track_id: i32,
    #[belongs_to(key = playlist_id)]
    pub playlist: One<Playlist>,
    #[belongs_to(key = track_id)]
    pub track: One<Track>,
}

/// What is for sale.
#[derive(Model, Debug, Clone)]
#[model(table = "Track", index(album_id), index(genre_id), index(media_type_id))]
pub struct Track {
    #[key(auto)]
    #[column(name = "TrackId")]
    pub track_id: i32,
    #[column(name = "Name", type = "string(200)")]
    pub name: String,
    #[column(name = "AlbumId")]
    pub album_id: Option<i32>,
    #[column(name = "MediaTypeId")]
    pub media_type_id: i32,
    #[column(name = "GenreId")]
    pub genre_id: Option<i32>,
    #[column(name = "Composer", type = "string(220)")]
    pub composer: Option<String>,
    #[column(name = "Milliseconds")]
    pub milliseconds: i32,
    #[column(name = "Bytes")]
    pub bytes: Option<i32>,
    #[column(name = "UnitPrice", type = "decimal(10,2)")]
    pub unit_price: Decimal,
    #[belongs_to(key = album_id)]
    pub album: One<Album>,
    #[belongs_to(key = media_type_id)]
    pub media_type: One<MediaType>,
    #[belongs_to(key = genre_id)]
    pub genre: One<Genre>,
    #[has_many(key = track_id)]
    pub invoice_lines: Many<InvoiceLine>,
    #[has_many(key = track_id)]
    pub playlist_tracks: Many<PlaylistTrack>,
    #[belongs_to_many(through = PlaylistTrack, key = track_id, other_key = playlist_id)]
    pub playlists: Many<Playlist>,
    #[belongs_to_many(through = InvoiceLine, key = track_id, other_key = invoice_id)]
    pub invoices: Many<Invoice>,
}

/// All of them, in the order of the schema documents.
pub fn models() -> [ModelView<'static>; 11] {
    [
        model::<Album>(),
        model::<Artist>(),
        model::<Customer>(),
        model::<Employee>(),
        model::<Genre>(),
        model::<Invoice>(),
        model::<InvoiceLine>(),
        model::<MediaType>(),
        model::<Playlist>(),
        model::<PlaylistTrack>(),
        model::<Track>(),
    ]
}
